//! What a browser calls itself, in words people know: `Chrome on Android`.

/// A browser and its device, as far as they can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// The browser; empty when unknown.
    pub browser: &'static str,
    /// The system; empty when unknown.
    pub system: &'static str,
    /// Is it carried in a pocket?
    pub phone: bool,
}

/// Each browser imitates the ones after it, so the order matters.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];
const SYSTEMS: &[(&str, &str, bool)] = &[
    ("iPhone", "iPhone", true),
    ("iPad", "iPad", true),
    ("Android", "Android", true),
    ("Windows", "Windows", false),
    ("CrOS", "Chromebook", false),
    ("Macintosh", "Mac", false),
    ("Linux", "Linux", false),
];

impl Agent {
    /// Reads the browser's description of itself.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let browser = BROWSERS.iter().find(|(mark, _)| text.contains(mark)).map_or("", |(_, name)| name);
        let (system, phone) = SYSTEMS
            .iter()
            .find(|(mark, ..)| text.contains(mark))
            .map_or(("", false), |(_, name, phone)| (*name, *phone));
        Self { browser, system, phone }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        match (self.browser, self.system) {
            ("", "") => "Unknown device".to_owned(),
            ("", system) => system.to_owned(),
            (browser, "") => browser.to_owned(),
            (browser, system) => format!("{browser} on {system}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart() {
        for (text, words, phone) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
                true,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
                true,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
                "Edge on Windows",
                false,
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux", false),
            ("curl/8.5.0", "Unknown device", false),
            ("", "Unknown device", false),
        ] {
            let agent = Agent::of(text);
            assert_eq!((agent.words().as_str(), agent.phone), (words, phone), "{text}");
        }
    }
}
