//! Secrets and variables that concern more than one service.

use stackc_shape::{Decode, RawText, Spanned};
use stackc_unit::{EnvName, Label, Seconds};

use crate::Generate;

/// A secret that needs more than a name.
#[derive(Debug, Clone, Default, Decode)]
pub struct SecretSpec {
    /// How it is made; without it somebody provides it.
    pub generate: Option<Spanned<Generate>>,
    /// The variable that holds the public half of a `keypair` or `vapid`.
    pub public: Option<Spanned<EnvName>>,
    /// How often it is to be changed, such as `90d`.
    pub rotate: Option<Spanned<Seconds>>,
    /// The environments that have it; by default all.
    pub environments: Vec<Spanned<Label>>,
    /// What it is for.
    pub description: Option<Spanned<String>>,
}

/// A variable of every service we build.
#[derive(Debug, Clone, Decode)]
#[shape(short = "key:value")]
pub struct VariableSpec {
    /// The value. `${…}` refers to other parts of the stack.
    pub value: Option<Spanned<RawText>>,
    /// Somebody sets it when deploying, beside the secrets; by default `false`.
    pub provided: Option<Spanned<bool>>,
    /// What it is for.
    pub description: Option<Spanned<String>>,
}

impl VariableSpec {
    /// Whether somebody sets it when deploying.
    #[must_use]
    pub fn is_provided(&self) -> bool {
        self.provided.as_ref().is_some_and(|provided| provided.value)
    }
}
