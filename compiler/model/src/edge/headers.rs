//! Security headers.

use serde::Serialize;

use crate::Sourced;

/// A header with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Sourced<String>,
}

/// The content security policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Csp {
    /// Whether browsers only report breaches.
    pub report_only: Sourced<bool>,
    /// Sources by directive, in the order they are written: `default-src` first.
    pub directives: Vec<(String, Vec<String>)>,
}

impl Csp {
    /// The header.
    #[must_use]
    pub fn header(&self) -> Header {
        let name = match *self.report_only {
            true => "Content-Security-Policy-Report-Only",
            false => "Content-Security-Policy",
        };
        let directive = |(name, sources): &(String, Vec<String>)| {
            let words = std::iter::once(name).chain(sources).map(String::as_str);
            words.collect::<Vec<_>>().join(" ")
        };
        let value = self.directives.iter().map(directive).collect::<Vec<_>>().join("; ");
        Header { name: name.to_owned(), value: self.report_only.clone().map(|_| value) }
    }
}

/// Security headers set at the edge; empty where the application owns them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headers {
    /// The policy; `None` where it is off or the application's.
    pub csp: Option<Csp>,
    /// All other headers, in the order they are written.
    pub fixed: Vec<Header>,
}

impl Headers {
    /// Every header, HSTS not among them.
    #[must_use]
    pub fn all(&self) -> Vec<Header> {
        self.csp.iter().map(Csp::header).chain(self.fixed.iter().cloned()).collect()
    }
}
