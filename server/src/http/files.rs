//! The files of the site: embedded in the binary, served from memory, cached for good under their hashed names.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};

use super::answer;

/// A file as `build.rs` embeds it.
pub struct Embedded {
    /// Its address.
    pub path: &'static str,
    /// Its bytes.
    pub plain: &'static [u8],
    /// The same, compressed with brotli, if that was made.
    pub br: Option<&'static [u8]>,
    /// The same, compressed with gzip, if that was made.
    pub gz: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// Everything that was embedded.
pub struct Site {
    files: BTreeMap<&'static str, &'static Embedded>,
    names: BTreeMap<String, String>,
}

impl Site {
    /// The site that this binary was built with; empty when it was built without one.
    #[must_use]
    pub fn embedded() -> Self {
        let names = serde_json::from_str(NAMES).unwrap_or_default();
        Self { files: FILES.iter().map(|file| (file.path, file)).collect(), names }
    }

    /// Was the binary built without a site?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names that files have in this build.
    #[must_use]
    pub const fn names(&self) -> &BTreeMap<String, String> {
        &self.names
    }

    /// The file with this address.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&'static Embedded> {
        self.files.get(path).copied()
    }
}

/// A name under `/pkg/` carries the hash of its content: it never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// Icons and the like keep their names, so they are asked for again after a while.
const FOR_A_WHILE: &str = "public, max-age=3600";

/// Sends a file, compressed if the caller takes that.
pub fn send(file: &'static Embedded, method: &Method, headers: &HeaderMap) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return answer::bare(StatusCode::METHOD_NOT_ALLOWED);
    }
    let (bytes, encoding) = match (file.br, file.gz) {
        (Some(br), _) if takes(headers, "br") => (br, Some("br")),
        (_, Some(gz)) if takes(headers, "gzip") => (gz, Some("gzip")),
        _ => (file.plain, None),
    };
    let mut response = answer::with_type(StatusCode::OK, kind(file.path), Body::from(bytes));
    let headers = response.headers_mut();
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if file.br.is_some() || file.gz.is_some() {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let hashed = file.path.starts_with("/pkg/");
    let cache = if hashed { FOR_GOOD } else { FOR_A_WHILE };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// Does the caller take this encoding? `br;q=0` means no.
fn takes(headers: &HeaderMap, encoding: &str) -> bool {
    headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|list| {
        list.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    })
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("html") => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FILE: Embedded =
        Embedded { path: "/pkg/portal.1f9c.css", plain: b"plain", br: Some(b"br"), gz: Some(b"gz") };

    fn sent(accept: &'static str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
        send(&FILE, &Method::GET, &headers)
    }

    #[test]
    fn the_best_encoding_that_the_caller_takes_is_sent() {
        let encoding = |accept| {
            let response = sent(accept);
            response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(encoding("gzip, deflate, br, zstd").as_deref(), Some("br"));
        assert_eq!(encoding("gzip").as_deref(), Some("gzip"));
        assert_eq!(encoding("br;q=0, gzip;q=0.5").as_deref(), Some("gzip"));
        assert_eq!(encoding("identity"), None);
    }

    #[test]
    fn a_hashed_name_is_kept_for_good() {
        assert_eq!(sent("br").headers()[header::CACHE_CONTROL], FOR_GOOD);
        assert_eq!(sent("br").headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(send(&FILE, &Method::POST, &HeaderMap::new()).status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
