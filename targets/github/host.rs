//! The host a deployment goes to over SSH.

use stackc_model::Environment;
use stackc_source::{Node, Span};

use super::document::{Job, Step};
use super::text::Scribe;

/// An option of the target that writes the host's files.
pub(super) fn option<'a>(
    environment: &'a Environment,
    target: &str,
    key: &str,
) -> Option<(&'a str, Span)> {
    let node: &Node = environment.options.get(target)?.as_ref()?.get(key)?;
    Some((&node.as_scalar()?.text, node.span))
}

/// The host, as the target's options name it, or as variables of the environment do.
pub(super) struct Host {
    pub(super) name: String,
    user: String,
    path: String,
}

impl Host {
    pub(super) fn of(environment: &Environment, target: &str, scribe: &mut Scribe<'_>) -> Self {
        let mut take = |key: &str, variable: &str, allowed: fn(char) -> bool| {
            let Some((text, span)) = option(environment, target, key) else {
                return format!("${{{{ vars.{variable} }}}}");
            };
            check(scribe, &format!("`{key}` of the {target} target"), text, span, allowed);
            text.to_owned()
        };
        let name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        Self {
            name: take("host", "DEPLOY_HOST", name),
            user: take("user", "DEPLOY_USER", name),
            path: take("path", "DEPLOY_PATH", |c| c.is_ascii_alphanumeric() || "._-/".contains(c)),
        }
    }

    /// Says where the job goes.
    pub(super) fn name(self, job: &mut Job) {
        job.env.push("DEPLOY_HOST", self.name);
        job.env.push("DEPLOY_USER", self.user);
        job.env.push("DEPLOY_PATH", self.path);
    }
}

/// Opens the way there and copies files, which are seen from the root of the repository.
pub(super) fn copy(job: &mut Job, files: &[String]) {
    job.step(
        Step::run("Set up SSH", include_str!("steps/ssh.sh"))
            .env("SSH_KEY", "${{ secrets.SSH_KEY }}")
            .env("SSH_KNOWN_HOSTS", "${{ vars.SSH_KNOWN_HOSTS }}"),
    );
    job.step(
        Step::run("Copy the files", include_str!("steps/compose-copy.sh"))
            .env("FILES", files.join("\n")),
    );
}

/// These stand in the configuration of ssh and in remote paths, where other characters mean
/// something.
fn check(scribe: &mut Scribe<'_>, what: &str, text: &str, span: Span, allowed: fn(char) -> bool) {
    if text.is_empty() || text.starts_with('-') || !text.chars().all(allowed) {
        scribe.refuse(
            what,
            "holds a character that ssh would read as more than a name",
            Some(span),
        );
    }
}
