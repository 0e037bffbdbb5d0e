//! What may be set under `targets.compose`.

use stackc_model::{Environment, Label, Platform, Stack, Tier};
use stackc_shape::{Decode, Spanned};
use stackc_source::{Diagnostic, Diagnostics, codes};

use super::document::Part;

/// Options of the compose files and of their deployment.
#[derive(Debug, Default, Decode)]
pub(crate) struct Options {
    /// The host the environment is deployed to over SSH.
    pub(crate) host: Option<Spanned<String>>,
    /// The user on that host.
    pub(crate) user: Option<Spanned<String>>,
    /// The folder on that host that holds the repository's files.
    pub(crate) path: Option<Spanned<String>>,
    /// The base of the compose project's name, which the environment's name follows; by default the
    /// stack's name. It names containers, networks and volumes.
    pub(crate) project: Option<Spanned<String>>,
    /// The base name of the files; by default `compose`.
    pub(crate) file: Option<Spanned<String>>,
    /// Whether the edge is published over IPv6 too, which docker can from version 27 on; by default it
    /// is not.
    pub(crate) ipv6: Option<Spanned<bool>>,
}

impl Options {
    /// The options of an environment; `None` where it has no compose file.
    pub(crate) fn of(env: &Environment, diagnostics: &mut Diagnostics) -> Option<Self> {
        let on = env.runs_on(Platform::Compose) && !stackc_target::is_off(env, "compose");
        on.then(|| stackc_target::options(env, "compose", diagnostics))
    }

    /// The path of a file of an environment: `compose.yaml` for the first environment of the tier
    /// development, `compose.<environment>.yaml` for all others, with the part before the ending.
    pub(crate) fn path_of(&self, stack: &Stack, env: &Environment, part: Part) -> String {
        let mut path = self.file.as_ref().map_or("compose", |file| &file.value).to_owned();
        let first = stack.environments.iter().find(|env| env.tier == Tier::Development);
        if first.is_none_or(|first| first.name != env.name) {
            path = format!("{path}.{}", env.name);
        }
        match part {
            Part::Main => path + ".yaml",
            Part::Tls => path + ".tls.yaml",
            Part::Monitoring => path + ".monitoring.yaml",
        }
    }

    /// The name of the compose project. It holds the environment, so that two of them on one host
    /// never take over each other's containers and volumes.
    pub(crate) fn project(&self, stack: &Stack, env: &Environment) -> String {
        let base = self.project.as_ref().map_or(stack.name.as_str(), |name| &name.value);
        format!("{base}-{}", env.name)
    }

    /// Whether the public comes over IPv6 too; a developer's machine has no public.
    pub(super) fn dual(&self, env: &Environment) -> bool {
        let on = self.ipv6.as_ref().is_some_and(|ipv6| ipv6.value);
        on && env.tier != Tier::Development
    }

    /// Reports values that compose would not take or that nothing would read.
    pub(super) fn check(&self, stack: &Stack, env: &Environment, diagnostics: &mut Diagnostics) {
        if let Some(project) = self.project.as_ref().filter(|name| Label::new(name).is_err()) {
            let message = format!("`{}` cannot name a compose project", project.value);
            diagnostics.push(
                Diagnostic::new(codes::BAD_FORMAT, project.span, message)
                    .help("write lower-case letters, digits and `-`, a letter first"),
            );
        }
        if let Some(file) = self.file.as_ref().filter(|file| file.contains('/')) {
            let message = "the file cannot lie in a folder: its paths are seen from where it lies";
            diagnostics.push(
                Diagnostic::new(codes::BAD_FORMAT, file.span, message)
                    .help("give a name alone, such as `docker-compose`"),
            );
        }
        let deploys = stack.ci.is_some() && !stackc_target::is_off(env, "github");
        let written = [&self.host, &self.user, &self.path].into_iter().flatten();
        for option in written.filter(|_| !deploys && env.tier != Tier::Development) {
            let message = "nothing deploys this environment: no workflows are generated";
            diagnostics.push(Diagnostic::new(codes::NO_EFFECT, option.span, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::fixture;

    #[test]
    fn only_the_first_development_environment_takes_the_plain_file_name() {
        let mut stack = fixture::stack(Tier::Development);
        let mut second = stack.environments[0].clone();
        second.name = Label::new("sandbox").unwrap();
        stack.environments.push(second);
        let options = Options::default();
        let paths: Vec<_> =
            stack.environments.iter().map(|env| options.path_of(&stack, env, Part::Main)).collect();
        assert_eq!(paths, ["compose.yaml", "compose.sandbox.yaml"]);
    }

    #[test]
    fn values_that_compose_cannot_take_or_nobody_reads_are_reported() {
        let stack = fixture::stack(Tier::Production);
        let check = |change: fn(&mut Options, Spanned<String>)| {
            let mut options = Options::default();
            change(&mut options, Spanned { value: "a/B".to_owned(), span: fixture::span() });
            let mut diagnostics = Diagnostics::default();
            options.check(&stack, &stack.environments[0], &mut diagnostics);
            diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect::<Vec<_>>()
        };
        assert_eq!(check(|options, text| options.project = Some(text)), [codes::BAD_FORMAT.id]);
        assert_eq!(check(|options, text| options.file = Some(text)), [codes::BAD_FORMAT.id]);
        assert_eq!(check(|options, text| options.path = Some(text)), [codes::NO_EFFECT.id]);
    }
}
