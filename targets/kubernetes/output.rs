//! Collects the files of an environment and lists them in its kustomizations.

use std::collections::BTreeSet;

use serde::Serialize;
use stackc_model::{Environment, Stack};
use stackc_source::{Code, Diagnostic, Diagnostics, Span, codes};
use stackc_target::{Artifact, Artifacts, Body, Mode, RelPath, yaml};

use super::ID;
use super::manifest::{ConfigMap, GeneratorOptions, ImageTag, Kustomization, Labels};

/// The tag that stands in the files until the deployment sets the released digest.
const UNSET_TAG: &str = "set-by-deploy";

/// A folder with a kustomization.
#[derive(Debug)]
struct Folder {
    path: String,
    files: BTreeSet<String>,
    config_maps: Vec<ConfigMap>,
    images: BTreeSet<String>,
}

impl Folder {
    fn new(path: String) -> Self {
        Self { path, files: BTreeSet::new(), config_maps: Vec::new(), images: BTreeSet::new() }
    }

    /// The kustomization that lists everything; the namespace comes first, as it must exist first.
    fn kustomization(mut self, namespace: &str, labels: &Labels, hashed: bool) -> Kustomization {
        let (first, rest): (Vec<_>, Vec<_>) =
            self.files.into_iter().partition(|file| file.ends_with(".namespace.yaml"));
        self.config_maps.sort_by(|a, b| a.name.cmp(&b.name));
        let generates = !self.config_maps.is_empty();
        Kustomization {
            api_version: "kustomize.config.k8s.io/v1beta1",
            kind: "Kustomization",
            namespace: Some(namespace.to_owned()),
            resources: first.into_iter().chain(rest).collect(),
            config_map_generator: self.config_maps,
            generator_options: generates.then(|| GeneratorOptions {
                disable_name_suffix_hash: !hashed,
                labels: labels.clone(),
            }),
            images: self
                .images
                .into_iter()
                .map(|name| ImageTag { name, new_tag: UNSET_TAG })
                .collect(),
        }
    }
}

/// Which folder a file belongs into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// What is applied as a whole.
    Main,
    /// Jobs, which the deployment deletes and creates anew.
    Jobs,
}

/// Where an environment's files and diagnostics go.
pub(crate) struct Output<'a> {
    artifacts: &'a mut Artifacts,
    diagnostics: &'a mut Diagnostics,
    environment: String,
    overlay: Option<Span>,
    /// Whether our images have a registry.
    registry: bool,
    main: Folder,
    jobs: Folder,
}

impl<'a> Output<'a> {
    /// An empty output.
    pub(crate) fn new(
        stack: &Stack,
        environment: &Environment,
        artifacts: &'a mut Artifacts,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let path = format!("k8s/{}", environment.name);
        Self {
            artifacts,
            diagnostics,
            environment: environment.name.to_string(),
            overlay: environment.span,
            registry: stack.registry.is_some(),
            jobs: Folder::new(format!("{path}/jobs")),
            main: Folder::new(path),
        }
    }

    fn folder(&mut self, place: Place) -> &mut Folder {
        match place {
            Place::Main => &mut self.main,
            Place::Jobs => &mut self.jobs,
        }
    }

    /// Writes an object to `<name>.<kind>.yaml` and lists it.
    pub(crate) fn add(&mut self, place: Place, name: &str, kind: &str, object: &impl Serialize) {
        let file = format!("{name}.{kind}.yaml");
        let path = format!("{}/{file}", self.folder(place).path);
        self.folder(place).files.insert(file);
        let environment = Some(self.environment.clone());
        write(&path, environment, object, self.artifacts, self.diagnostics);
    }

    /// Writes a script beside the manifests; a config map brings it into the cluster.
    pub(crate) fn add_script(&mut self, name: &str, text: String) -> String {
        self.add_text(name, text, Mode::Executable)
    }

    /// Adds a text that a config map takes in; its path, as the kustomization sees it.
    pub(crate) fn add_file(&mut self, name: &str, text: String) -> String {
        self.add_text(name, text, Mode::Plain)
    }

    fn add_text(&mut self, name: &str, text: String, mode: Mode) -> String {
        let file = format!("files/{name}");
        let path = format!("{}/{file}", self.main.path);
        add(&path, Some(self.environment.clone()), text, mode, self.artifacts);
        file
    }

    /// Adds a config map that the kustomization makes.
    pub(crate) fn config_map(&mut self, place: Place, config_map: ConfigMap) {
        self.folder(place).config_maps.push(config_map);
    }

    /// The reference to an image we build, whose tag the deployment sets, and when it is pulled:
    /// without a registry never, for its name would lead to Docker Hub, and there to whoever took it.
    pub(crate) fn built_image(&mut self, place: Place, image: &str) -> (String, &'static str) {
        self.folder(place).images.insert(image.to_owned());
        (format!("{image}:{UNSET_TAG}"), if self.registry { "Always" } else { "Never" })
    }

    /// Tells the user something.
    pub(crate) fn tell(&mut self, code: Code, span: Option<Span>, message: String, help: &str) {
        let diagnostic = match span {
            Some(span) => Diagnostic::new(code, span, message),
            None => Diagnostic::global(code, message),
        };
        let diagnostic = if help.is_empty() { diagnostic } else { diagnostic.help(help) };
        // What is wrong in the base is wrong in every environment, and said once.
        let own = match (self.overlay, span) {
            (Some(overlay), Some(span)) => overlay.contains(span),
            _ => false,
        };
        self.diagnostics.push(diagnostic.in_environment(own.then_some(&self.environment)));
    }

    /// Writes the kustomizations.
    pub(crate) fn finish(self, namespace: &str, labels: &Labels) {
        let Self { artifacts, diagnostics, environment, main, jobs, .. } = self;
        for (folder, hashed) in [(main, true), (jobs, false)] {
            if folder.files.is_empty() {
                continue;
            }
            let path = format!("{}/kustomization.yaml", folder.path);
            let document = folder.kustomization(namespace, labels, hashed);
            write(&path, Some(environment.clone()), &document, artifacts, diagnostics);
        }
    }
}

/// Writes a document as YAML.
pub(crate) fn write(
    path: &str,
    environment: Option<String>,
    document: &impl Serialize,
    artifacts: &mut Artifacts,
    diagnostics: &mut Diagnostics,
) {
    match yaml(document) {
        Ok(text) => add(path, environment, text, Mode::Plain, artifacts),
        Err(error) => {
            let message = format!("`{path}` cannot be written: {error}");
            diagnostics.push(Diagnostic::global(codes::CANNOT_CARRY, message));
        }
    }
}

fn add(
    path: &str,
    environment: Option<String>,
    text: String,
    mode: Mode,
    artifacts: &mut Artifacts,
) {
    // Names are DNS labels, so a path made of them is always portable.
    if let Ok(path) = RelPath::new(path) {
        artifacts.add(Artifact { path, body: Body::Whole(text), mode, target: ID, environment });
    }
}
