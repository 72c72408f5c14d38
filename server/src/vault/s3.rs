//! Sealed files in a bucket that speaks S3: Amazon's or somebody else's.

use std::{fmt, net::IpAddr, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use domain::time::Time;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{
    BackoffConfig, ClientOptions, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutPayload,
    RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path,
};
use reqwest::Url;
use services::ports::{BoxError, Kept, Pieces, Vault, VaultError};

use super::{check, is_name};

/// For a connection to be there.
const CONNECT: Duration = Duration::from_secs(5);
/// For one request, its bytes included.
const REQUEST: Duration = Duration::from_secs(60);
/// A request that failed is tried again so often...
const RETRIES: usize = 3;
/// ... and not after this long. With the last request the caller waits twice as long at most.
const RETRIES_END: Duration = Duration::from_secs(60);

/// Which bucket, and as whom.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Settings {
    /// The bucket.
    pub bucket: String,
    /// What every name in it starts with, such as `clinic/files`; may be empty.
    pub prefix: String,
    /// The region.
    pub region: String,
    /// Where it is, when it is not Amazon's.
    pub endpoint: Option<String>,
    /// As whom.
    pub access_key: String,
    /// The proof.
    pub secret_key: String,
}

impl fmt::Debug for S3Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Settings({}/{}, …)", self.bucket, self.prefix)
    }
}

impl S3Settings {
    /// Reads `s3://bucket/prefix?region=…&endpoint=https%3A%2F%2F…`. Without an endpoint it is Amazon's, and without a
    /// region, which the others seldom have, the one they all answer to.
    ///
    /// # Errors
    /// What is wrong with it, to be put behind the setting's name; the secrets are not repeated.
    pub fn read(url: &str, access_key: &str, secret_key: &str) -> Result<Self, String> {
        let url: Url = url.parse().map_err(|_| "is not an address".to_owned())?;
        if url.scheme() != "s3" {
            return Err("must start with s3://".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user or password".into());
        }
        if url.port().is_some() || url.fragment().is_some() {
            return Err("must end after the bucket, the prefix and ?region=…&endpoint=…".into());
        }
        let bucket = url.host_str().unwrap_or_default();
        if bucket.len() < 3 || !is_name(bucket) {
            return Err("must name a bucket behind s3://, in small letters, digits, dots and dashes".into());
        }
        // Nothing that would have to be written differently in an address.
        let prefix = url.path().trim_matches('/');
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !prefix.is_empty() && !prefix.split('/').all(|part| !part.is_empty() && plain(part)) {
            return Err("has a prefix with other signs than letters, digits, dots, dashes and slashes".into());
        }
        let (mut region, mut endpoint) = (None, None);
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "region" if !value.is_empty() && plain(&value) => region = Some(value.into_owned()),
                "region" => return Err("names a region with other signs than letters, digits and dashes".into()),
                "endpoint" => endpoint = Some(read_endpoint(&value)?),
                other => return Err(format!("knows only region and endpoint behind the question mark, not {other}")),
            }
        }
        if region.is_none() && endpoint.is_none() {
            return Err("must name its region, such as ?region=eu-central-1".into());
        }
        if access_key.is_empty() || secret_key.is_empty() {
            return Err("needs an access key and a secret key".into());
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            region: region.unwrap_or_else(|| "us-east-1".to_owned()),
            endpoint,
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
        })
    }
}

fn read_endpoint(text: &str) -> Result<String, String> {
    let url: Url = text.parse().map_err(|_| "has an endpoint that is not an address".to_owned())?;
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let here = bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if here => {}
        "http" => return Err("must have an https endpoint: others on the network could change what is kept".into()),
        _ => return Err("must have an endpoint that starts with https://".into()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not have a user or password in its endpoint".into());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("must have an endpoint that ends after the host and port".into());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A bucket of sealed files.
#[derive(Debug)]
pub struct S3Vault {
    bucket: AmazonS3,
    prefix: Path,
}

impl S3Vault {
    /// With these settings. Asks nobody yet.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(settings: S3Settings) -> Result<Self, BoxError> {
        // The client panics where there is no provider; main has set this one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut bucket = AmazonS3Builder::new()
            .with_bucket_name(settings.bucket)
            .with_region(settings.region)
            .with_access_key_id(settings.access_key)
            .with_secret_access_key(settings.secret_key)
            // Not everybody knows how to take away many at once.
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig {
                backoff: BackoffConfig { max_backoff: CONNECT, ..BackoffConfig::default() },
                max_retries: RETRIES,
                retry_timeout: RETRIES_END,
            });
        let mut client = ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(REQUEST);
        if let Some(endpoint) = settings.endpoint {
            // Checked when it was read, and once more for whoever did not read it.
            let endpoint = read_endpoint(&endpoint)?;
            client = client.with_allow_http(endpoint.starts_with("http://"));
            bucket = bucket.with_endpoint(endpoint);
        }
        Ok(Self { bucket: bucket.with_client_options(client).build()?, prefix: Path::parse(settings.prefix)? })
    }

    fn path(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }
}

#[async_trait]
impl Vault for S3Vault {
    // S3 answers when the bytes are kept, and checks them against the digest in the signature (F4): so all are there before.
    async fn put_pieces(&self, name: &str, pieces: Pieces) -> Result<(), VaultError> {
        check(name)?;
        let all = tokio::task::spawn_blocking(|| pieces.collect::<PutPayload>()).await;
        let all = all.map_err(|gone| VaultError::Unavailable(gone.into()))?;
        self.bucket.put(&self.path(name), all).await.map(drop).map_err(failure)
    }

    async fn get(&self, name: &str, from: u64, most: u64) -> Result<Option<Bytes>, VaultError> {
        check(name)?;
        // It cannot be asked for no bytes at all.
        let range = GetRange::Bounded(from..from.saturating_add(most.max(1)));
        let found = self.bucket.get_opts(&self.path(name), GetOptions::new().with_range(Some(range))).await;
        let bytes = match found {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match bytes {
            Ok(mut bytes) => {
                bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
                Ok(Some(bytes))
            }
            Err(error) if says(&error, "NoSuchKey") => Ok(None),
            // There, but no longer than `from`.
            Err(error) if says(&error, "InvalidRange") => Ok(Some(Bytes::new())),
            Err(error) => Err(failure(error)),
        }
    }

    async fn remove(&self, name: &str) -> Result<(), VaultError> {
        check(name)?;
        match self.bucket.delete(&self.path(name)).await {
            Err(error) if !says(&error, "NoSuchKey") => Err(failure(error)),
            _ => Ok(()),
        }
    }

    async fn list(&self, after: &str, most: usize) -> Result<Vec<Kept>, VaultError> {
        let all = if after.is_empty() {
            self.bucket.list(Some(&self.prefix))
        } else {
            self.bucket.list_with_offset(Some(&self.prefix), &self.path(after))
        };
        // Somebody else's things may be in the bucket as well, and not everybody heeds the offset.
        let ours = all.try_filter_map(async |meta| {
            let name =
                meta.location.as_ref().strip_prefix(self.prefix.as_ref()).map(|name| name.trim_start_matches('/'));
            let name = name.filter(|name| is_name(name) && *name > after);
            let at = Time::from_millis(meta.last_modified.timestamp_millis());
            Ok(name.map(|name| Kept { name: name.to_owned(), at }))
        });
        ours.take(most).try_collect().await.map_err(failure)
    }

    async fn room(&self) -> Result<Option<u64>, VaultError> {
        Ok(None)
    }
}

/// Is this the code of the answer? The library tells no missing file from a missing bucket, where nothing is lost.
fn says(error: &Error, code: &str) -> bool {
    error.to_string().contains(&format!("<Code>{code}</Code>"))
}

/// Amazon's buckets have no end; others' have disks and quotas.
fn failure(error: Error) -> VaultError {
    let full = ["XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded"];
    if full.iter().any(|code| says(&error, code)) { VaultError::Full } else { VaultError::Unavailable(error.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_whole_and_keeps_its_secrets() {
        let url = "s3://clinic.files/a/b_c/?region=eu-central-1&endpoint=https%3A%2F%2Fs3.example.org%3A9000";
        let settings = S3Settings::read(url, "who", "hunter2").unwrap();
        assert_eq!((settings.bucket.as_str(), settings.prefix.as_str()), ("clinic.files", "a/b_c"));
        assert_eq!(settings.region, "eu-central-1");
        assert_eq!(settings.endpoint.as_deref(), Some("https://s3.example.org:9000"));
        assert!(!format!("{settings:?}").contains("hunter2") && !format!("{settings:?}").contains("who"));
        let settings = S3Settings::read("s3://files?endpoint=http://[::1]:9000", "who", "hunter2").unwrap();
        assert_eq!((settings.prefix.as_str(), settings.region.as_str()), ("", "us-east-1"));
        assert!(S3Settings::read("s3://files?region=x", "who", "hunter2").unwrap().endpoint.is_none());
    }

    #[test]
    fn a_wrong_address_is_told_in_words() {
        let cases = [
            ("clinic", "not an address"),
            ("https://files", "start with s3://"),
            ("s3://who:hunter2@files?region=x", "user or password"),
            ("s3://FILES?region=x", "name a bucket"),
            ("s3:///a?region=x", "name a bucket"),
            ("s3://files/a%2Fb?region=x", "prefix"),
            ("s3://files/a//b?region=x", "prefix"),
            ("s3://files", "region"),
            ("s3://files?region=a/b", "region"),
            ("s3://files?region=x&key=hunter2", "not key"),
            ("s3://files?endpoint=s3.example.org", "not an address"),
            ("s3://files?endpoint=ftp://s3.example.org", "https://"),
            ("s3://files?endpoint=http://s3.example.org", "https endpoint"),
            ("s3://files?endpoint=http://127.0.0.1.example.org", "https endpoint"),
            ("s3://files?endpoint=https://who:hunter2@s3.example.org", "user or password"),
            ("s3://files?endpoint=https://s3.example.org/files", "host and port"),
        ];
        for (url, expected) in cases {
            let wrong = S3Settings::read(url, "who", "hunter2").unwrap_err();
            assert!(wrong.contains(expected) && !wrong.contains("hunter2"), "{url}: {wrong}");
        }
        assert!(S3Settings::read("s3://files?region=x", "", "hunter2").is_err());
    }
}
