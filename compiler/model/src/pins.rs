//! Versions as data: verified image tags, versions of tools, and the lines taken where a stack names
//! none, all from the dated file `data/versions.json`.

use std::sync::LazyLock;

use serde::Deserialize;

/// One verified tag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pin {
    /// The image without a tag.
    pub image: String,
    /// The line of versions it stands for, such as `16` or `1.30-alpine`.
    pub line: String,
    /// The exact tag.
    pub tag: String,
    /// When the tag was made or first seen; `None` where the source does not say.
    pub date: Option<String>,
    /// Where it was looked up.
    pub source: String,
}

impl Pin {
    /// `image:tag`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}:{}", self.image, self.tag)
    }
}

/// The version of a tool that is installed by itself, not as an image.
#[derive(Debug, Deserialize)]
struct Tool {
    tool: String,
    version: String,
}

/// The lines of something that has several under maintenance.
#[derive(Debug, Deserialize)]
struct Lines {
    of: String,
    usual: String,
    oldest: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Versions {
    images: Vec<Pin>,
    tools: Vec<Tool>,
    lines: Vec<Lines>,
}

static VERSIONS: LazyLock<Versions> = LazyLock::new(|| {
    // A test reads the same file, so an empty table cannot go unnoticed.
    serde_json::from_str(include_str!("../data/versions.json")).unwrap_or_default()
});

/// The version of a tool.
#[must_use]
pub fn tool(name: &str) -> Option<&'static str> {
    VERSIONS.tools.iter().find(|row| row.tool == name).map(|row| &*row.version)
}

/// The line taken of an image or a language where a stack names none.
#[must_use]
pub fn usual(name: &str) -> Option<&'static str> {
    VERSIONS.lines.iter().find(|row| row.of == name).map(|row| &*row.usual)
}

/// The oldest line of a language that still gets security fixes.
#[must_use]
pub fn oldest(name: &str) -> Option<&'static str> {
    VERSIONS.lines.iter().find(|row| row.of == name)?.oldest.as_deref()
}

/// The pin of an image's version line.
///
/// A line that is not listed but starts one that is (`7` where `7.2` and `7.4` are listed) takes the
/// newest of those.
#[must_use]
pub fn image(name: &str, line: &str) -> Option<&'static Pin> {
    let of_image = || VERSIONS.images.iter().filter(|pin| pin.image == name);
    of_image().find(|pin| pin.line == line).or_else(|| {
        let prefix = format!("{line}.");
        of_image()
            .filter(|pin| pin.line.starts_with(&prefix) && !pin.line.contains('-'))
            .max_by_key(|pin| numbers(&pin.line))
    })
}

/// The pin of the newest version line known for an image, without variants.
#[must_use]
pub fn newest(name: &str) -> Option<&'static Pin> {
    let plain = |pin: &&Pin| pin.image == name && !pin.line.contains('-');
    VERSIONS.images.iter().filter(plain).max_by_key(|pin| numbers(&pin.line))
}

/// The version lines known for an image, without variants.
#[must_use]
pub fn lines(name: &str) -> Vec<&'static str> {
    VERSIONS
        .images
        .iter()
        .filter(|pin| pin.image == name && !pin.line.contains('-'))
        .map(|pin| &*pin.line)
        .collect()
}

fn numbers(line: &str) -> Vec<u32> {
    line.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Pin, VERSIONS, image, newest, oldest, tool, usual};

    #[test]
    fn the_table_is_read_and_each_pin_is_exact() {
        assert!(VERSIONS.images.len() > 30);
        // Distroless images have no tag with a version: only a digest names one.
        let exact = |pin: &Pin| {
            pin.tag.chars().any(|c| c.is_ascii_digit()) || pin.image.contains("/distroless/")
        };
        assert!(VERSIONS.images.iter().all(exact));
        assert_eq!(usual("nginx").and_then(|line| image("nginx", line)).unwrap().line, "1.30");
        assert_eq!((usual("python"), oldest("node")), (Some("3.13"), Some("22")));
        assert!(tool("kubectl").is_some() && tool("unheard-of").is_none());
    }

    #[test]
    fn a_short_line_takes_the_newest() {
        assert_eq!(image("redis", "7").unwrap().line, "7.4");
        assert_eq!(image("redis", "8").unwrap().line, "8.10");
        assert_eq!(image("postgres", "15").unwrap().image, "postgres");
        assert!(image("postgres", "99").is_none());
    }

    #[test]
    fn the_newest_line_is_found_by_its_numbers() {
        assert_eq!(newest("redis").unwrap().line, "8.10");
        assert!(newest("unheard-of").is_none());
    }
}
