//! Secrets: collected by name while everything else is resolved, numbered at the end.

use std::collections::{BTreeMap, BTreeSet};

use stackc_model::{EnvName, Label, Seconds, Secret, SecretId, SecretSource, Segment, Text};
use stackc_source::{Diagnostic, Span, codes};
use stackc_spec::SecretSpec;

use crate::context::Context;

/// A part of a [`Draft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DraftSegment {
    /// Plain text.
    Literal(String),
    /// A secret, by its name.
    Secret(EnvName),
}

/// A text whose secrets are still names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// The parts, no two literals side by side.
    pub(crate) segments: Vec<DraftSegment>,
}

impl Draft {
    /// A plain text.
    pub(crate) fn of(text: impl Into<String>) -> Self {
        let mut draft = Self::default();
        draft.literal(&text.into());
        draft
    }

    /// Adds plain text.
    pub(crate) fn literal(&mut self, text: &str) {
        match self.segments.last_mut() {
            _ if text.is_empty() => {}
            Some(DraftSegment::Literal(last)) => last.push_str(text),
            _ => self.segments.push(DraftSegment::Literal(text.to_owned())),
        }
    }

    /// Adds another draft.
    pub(crate) fn append(&mut self, other: Draft) {
        for segment in other.segments {
            match segment {
                DraftSegment::Literal(text) => self.literal(&text),
                secret @ DraftSegment::Secret(_) => self.segments.push(secret),
            }
        }
    }

    /// Whether any part is secret.
    pub(crate) fn is_secret(&self) -> bool {
        self.segments.iter().any(|segment| matches!(segment, DraftSegment::Secret(_)))
    }

    /// The text, where no part is secret.
    pub(crate) fn plain(&self) -> Option<String> {
        match self.segments.as_slice() {
            [] => Some(String::new()),
            [DraftSegment::Literal(text)] => Some(text.clone()),
            _ => None,
        }
    }
}

/// How a collected secret comes to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DraftSource {
    /// Somebody provides it.
    Provided,
    /// Somebody provides it, and it is no secret.
    Variable,
    /// It is made at the target.
    Generated(&'static str, u32),
    /// It is made at the target, with a public half.
    Pair(&'static str, Option<EnvName>),
    /// It is put together from others.
    Derived(Draft),
}

#[derive(Debug)]
struct Found {
    source: DraftSource,
    description: String,
    rotate: Option<Seconds>,
    consumers: BTreeSet<Label>,
    span: Option<Span>,
}

/// The secrets of one environment while they are collected.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    found: BTreeMap<EnvName, Found>,
}

impl Collected {
    /// Declares a secret that somebody provides or the user describes.
    pub(crate) fn declare(&mut self, name: &EnvName, span: Span, description: &str) {
        self.entry(name, DraftSource::Provided, description, Some(span));
    }

    /// Declares a secret that is made at the target, unless the user said how it comes to be.
    pub(crate) fn generated(&mut self, name: &EnvName, span: Span, description: &str) {
        self.entry(name, DraftSource::Generated("hex", 32), description, Some(span));
    }

    /// Declares a secret that is put together; another text under the same name is an error.
    pub(crate) fn derived(
        &mut self,
        name: &EnvName,
        draft: Draft,
        span: Span,
        description: &str,
        cx: &mut Context<'_>,
    ) {
        let source = DraftSource::Derived(draft);
        if let Some(found) = self.found.get(name).filter(|found| found.source != source) {
            let mut diagnostic = Diagnostic::new(
                codes::COLLISION,
                span,
                format!(
                    "two secrets are called `{name}`: this one is put together by the compiler"
                ),
            );
            if let Some(other) = found.span {
                diagnostic = diagnostic.related(other, "the other one");
            }
            cx.push(diagnostic.help("rename the other one"));
            return;
        }
        self.entry(name, source, description, Some(span));
    }

    fn entry(
        &mut self,
        name: &EnvName,
        source: DraftSource,
        description: &str,
        span: Option<Span>,
    ) {
        let fresh = || Found {
            source,
            description: String::new(),
            rotate: None,
            consumers: BTreeSet::new(),
            span,
        };
        let found = self.found.entry(name.clone()).or_insert_with(fresh);
        if found.description.is_empty() {
            description.clone_into(&mut found.description);
        }
    }

    /// Notes who receives a secret.
    pub(crate) fn consumed(&mut self, name: &EnvName, by: &Label) {
        if let Some(found) = self.found.get_mut(name) {
            found.consumers.insert(by.clone());
        }
    }

    /// The id a name will have; ids follow the order of names once all are collected.
    pub(crate) fn ids(&self) -> BTreeMap<EnvName, SecretId> {
        self.found.keys().enumerate().map(|(at, name)| (name.clone(), SecretId::at(at))).collect()
    }

    /// The finished secrets, by name.
    pub(crate) fn finish(self, ids: &BTreeMap<EnvName, SecretId>) -> Vec<Secret> {
        let text = |draft: &Draft| Text {
            segments: draft
                .segments
                .iter()
                .filter_map(|segment| match segment {
                    DraftSegment::Literal(text) => Some(Segment::Literal(text.clone())),
                    DraftSegment::Secret(name) => ids.get(name).copied().map(Segment::Secret),
                })
                .collect(),
        };
        let finish = |(name, found): (EnvName, Found)| Secret {
            source: match &found.source {
                DraftSource::Provided => SecretSource::Provided,
                DraftSource::Variable => SecretSource::Variable,
                DraftSource::Generated(encoding, length) => {
                    SecretSource::Generated { encoding, length: *length }
                }
                DraftSource::Pair(kind, public) => {
                    SecretSource::Pair { kind, public: public.clone() }
                }
                DraftSource::Derived(draft) => SecretSource::Derived(text(draft)),
            },
            name,
            description: found.description,
            rotate: found.rotate,
            consumers: found.consumers.into_iter().collect(),
            span: found.span,
        };
        self.found.into_iter().map(finish).collect()
    }
}

/// Starts the collection with what the user says about secrets.
pub(crate) fn declared(cx: &Context<'_>) -> Collected {
    let mut collected = Collected::default();
    for (name, secret) in &cx.spec.secrets {
        let description =
            secret.description.as_ref().map_or("", |description| description.value.as_str());
        let source = source(&secret.value);
        collected.entry(name, source, description, Some(secret.span));
        if let Some(found) = collected.found.get_mut(name) {
            found.rotate = secret.rotate.as_ref().map(|every| every.value);
        }
    }
    for (name, variable) in &cx.spec.env {
        if variable.is_provided() {
            let description = variable.description.as_ref().map_or("", |text| text.value.as_str());
            collected.entry(name, DraftSource::Variable, description, Some(variable.span));
        }
    }
    collected
}

/// How a secret comes to be, as the user says.
fn source(secret: &SecretSpec) -> DraftSource {
    let Some(recipe) = &secret.generate else { return DraftSource::Provided };
    let public = || secret.public.as_ref().map(|public| public.value.clone());
    match recipe.value.0.split_once(':') {
        None => DraftSource::Pair("vapid", public()),
        Some(("keypair", _)) => DraftSource::Pair("ed25519", public()),
        Some((kind, length)) => {
            let known = ["base64", "hex"].into_iter().find(|known| *known == kind);
            DraftSource::Generated(known.unwrap_or("password"), length.parse().unwrap_or(32))
        }
    }
}

/// The name of a secret the compiler makes up: `postgres` and `PASSWORD` give `POSTGRES_PASSWORD`.
pub(crate) fn name_of(owner: &Label, suffix: &str) -> Option<EnvName> {
    let owner = owner.as_str().to_ascii_uppercase().replace('-', "_");
    EnvName::new(&format!("{owner}_{suffix}")).ok()
}
