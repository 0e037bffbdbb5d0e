//! The documents as typed data, in the order a reader expects.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use stackc_target::Commented;

use super::pins::{Action, Uses};

/// A mapping that keeps its order.
#[derive(Debug, Clone)]
pub(crate) struct Ordered<V>(pub(crate) Vec<(String, V)>);

impl<V> Default for Ordered<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Ordered<V> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, key: impl Into<String>, value: impl Into<V>) {
        self.0.push((key.into(), value.into()));
    }

    pub(crate) fn with(mut self, key: impl Into<String>, value: impl Into<V>) -> Self {
        self.push(key, value);
        self
    }
}

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// A scalar of `with:` or `env:`.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Scalar {
    Text(String),
    Flag(bool),
    Number(u64),
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Scalar {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<u32> for Scalar {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

/// Variables or inputs.
pub(crate) type Values = Ordered<Scalar>;

/// Permissions by scope, each with the reason behind it.
pub(crate) type Permissions = Ordered<Commented<&'static str>>;

/// A workflow file.
#[derive(Debug, Serialize)]
pub(crate) struct Workflow {
    pub(crate) name: String,
    pub(crate) on: Triggers,
    /// Nothing by default: each job asks for what it needs.
    pub(crate) permissions: Permissions,
    pub(crate) concurrency: Concurrency,
    pub(crate) defaults: Defaults,
    pub(crate) jobs: Ordered<Job>,
}

impl Workflow {
    pub(crate) fn new(name: String, on: Triggers, concurrency: Concurrency) -> Self {
        Self {
            name,
            on,
            permissions: Ordered::default(),
            concurrency,
            defaults: Defaults { run: Run { shell: Some("bash"), working_directory: None } },
            jobs: Ordered::default(),
        }
    }
}

/// What starts a workflow.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Triggers {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pull_request: Option<Filter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) push: Option<Filter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schedule: Option<Vec<Schedule>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workflow_dispatch: Option<Filter>,
}

/// Which branches, tags and paths count; empty counts all.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Filter {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) branches: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) paths: Vec<String>,
}

/// A cron expression in UTC.
#[derive(Debug, Serialize)]
pub(crate) struct Schedule {
    pub(crate) cron: String,
}

/// Which runs exclude each other.
#[derive(Debug, Serialize)]
pub(crate) struct Concurrency {
    pub(crate) group: String,
    #[serde(rename = "cancel-in-progress")]
    pub(crate) cancel: Scalar,
}

#[derive(Debug, Serialize)]
pub(crate) struct Defaults {
    pub(crate) run: Run,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Run {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shell: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) working_directory: Option<String>,
}

/// A job.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Job {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) r#if: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) needs: Vec<String>,
    pub(crate) runs_on: String,
    pub(crate) timeout_minutes: u32,
    pub(crate) permissions: Permissions,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) environment: Option<DeployEnvironment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strategy: Option<Strategy>,
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    pub(crate) outputs: Values,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) defaults: Option<Defaults>,
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    pub(crate) env: Values,
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    pub(crate) services: Ordered<Container>,
    pub(crate) steps: Vec<Step>,
}

impl Job {
    /// A job that may read the repository and starts with a checkout.
    pub(crate) fn new(name: impl Into<String>, runner: &str, minutes: u32) -> Self {
        Self {
            name: name.into(),
            r#if: None,
            needs: Vec::new(),
            runs_on: runner.to_owned(),
            timeout_minutes: minutes,
            permissions: Ordered::default()
                .with("contents", Commented("read", "check out the repository".to_owned())),
            environment: None,
            strategy: None,
            outputs: Ordered::default(),
            defaults: None,
            env: Ordered::default(),
            services: Ordered::default(),
            steps: vec![
                Step::uses("Check out", Action::Checkout).input("persist-credentials", false),
            ],
        }
    }

    pub(crate) fn permit(&mut self, scope: &str, access: &'static str, reason: &str) {
        self.permissions.push(scope, Commented(access, reason.to_owned()));
    }

    pub(crate) fn step(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Runs the commands of this job in a folder of the repository.
    pub(crate) fn work_in(&mut self, folder: &str) {
        if folder != "." {
            let working_directory = Some(folder.to_owned());
            self.defaults = Some(Defaults { run: Run { shell: None, working_directory } });
        }
    }
}

/// The GitHub environment a job belongs to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DeployEnvironment {
    /// With the rules that its settings at GitHub must hold.
    pub(crate) name: Commented<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// `false` where the job only needs the environment's secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deployment: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Strategy {
    pub(crate) fail_fast: bool,
    pub(crate) matrix: Matrix,
}

#[derive(Debug, Serialize)]
pub(crate) struct Matrix {
    pub(crate) include: Vec<Values>,
}

/// An image, with its digest or the word that there is none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Image {
    Pinned(String),
    Unpinned(Commented<String>),
}

/// A service container.
#[derive(Debug, Serialize)]
pub(crate) struct Container {
    pub(crate) image: Image,
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    pub(crate) env: Values,
    pub(crate) ports: Vec<String>,
    pub(crate) options: String,
}

/// A step.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Step {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) r#if: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uses: Option<Uses>,
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    pub(crate) with: Values,
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    pub(crate) env: Values,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<String>,
}

impl Step {
    pub(crate) fn uses(name: impl Into<String>, action: Action) -> Self {
        Self { name: name.into(), uses: Some(action.uses()), ..Self::default() }
    }

    pub(crate) fn run(name: impl Into<String>, script: impl Into<String>) -> Self {
        Self { name: name.into(), run: Some(script.into()), ..Self::default() }
    }

    pub(crate) fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    pub(crate) fn when(mut self, condition: &str) -> Self {
        self.r#if = Some(condition.to_owned());
        self
    }

    pub(crate) fn input(mut self, key: &str, value: impl Into<Scalar>) -> Self {
        self.with.push(key, value);
        self
    }

    pub(crate) fn env(mut self, key: &str, value: impl Into<Scalar>) -> Self {
        self.env.push(key, value);
        self
    }
}

/// `.github/dependabot.yml`.
#[derive(Debug, Serialize)]
pub(crate) struct Dependabot {
    pub(crate) version: u8,
    pub(crate) updates: Vec<Update>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Update {
    pub(crate) package_ecosystem: &'static str,
    pub(crate) directory: String,
    pub(crate) schedule: Interval,
    pub(crate) cooldown: Cooldown,
    pub(crate) open_pull_requests_limit: u32,
    pub(crate) groups: Ordered<Group>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Interval {
    pub(crate) interval: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Cooldown {
    pub(crate) default_days: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Group {
    pub(crate) patterns: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) update_types: Vec<&'static str>,
}
