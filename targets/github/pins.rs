//! Verified pins: actions by commit, store images by digest. Nothing else may be used.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use stackc_target::Commented;

use super::document::Image;

/// `uses:` with the tag behind it, as Dependabot and zizmor read it.
pub(crate) type Uses = Commented<String>;

/// An action, by the name it is used under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    AwsCredentials,
    BuildPush,
    Buildx,
    Checkout,
    CodeqlAnalyze,
    CodeqlInit,
    CodeqlUpload,
    DependencyReview,
    EcrLogin,
    Login,
    Metadata,
    Pnpm,
    RustCache,
    SetupGo,
    SetupKubectl,
    SetupNode,
    SetupUv,
    Slack,
    Trivy,
    UploadArtifact,
}

impl Action {
    /// Repository, with the path of an action that lives below its root.
    const fn name(self) -> &'static str {
        match self {
            Self::AwsCredentials => "aws-actions/configure-aws-credentials",
            Self::BuildPush => "docker/build-push-action",
            Self::Buildx => "docker/setup-buildx-action",
            Self::Checkout => "actions/checkout",
            Self::CodeqlAnalyze => "github/codeql-action/analyze",
            Self::CodeqlInit => "github/codeql-action/init",
            Self::CodeqlUpload => "github/codeql-action/upload-sarif",
            Self::DependencyReview => "actions/dependency-review-action",
            Self::EcrLogin => "aws-actions/amazon-ecr-login",
            Self::Login => "docker/login-action",
            Self::Metadata => "docker/metadata-action",
            Self::Pnpm => "pnpm/action-setup",
            Self::RustCache => "Swatinem/rust-cache",
            Self::SetupGo => "actions/setup-go",
            Self::SetupKubectl => "azure/setup-kubectl",
            Self::SetupNode => "actions/setup-node",
            Self::SetupUv => "astral-sh/setup-uv",
            Self::Slack => "slackapi/slack-github-action",
            Self::Trivy => "aquasecurity/trivy-action",
            Self::UploadArtifact => "actions/upload-artifact",
        }
    }

    /// The pinned reference.
    pub(crate) fn uses(self) -> Uses {
        let repository = self.name().split('/').take(2).collect::<Vec<_>>().join("/");
        let (sha, tag) = ACTIONS.get(&repository).cloned().unwrap_or_default();
        Commented(format!("{}@{sha}", self.name()), tag)
    }
}

/// The version of a tool that a step installs, from the dated list.
pub(crate) fn tool(name: &str) -> &'static str {
    // A test asks for each, so a missing one cannot go unnoticed.
    stackc_model::pins::tool(name).unwrap_or_default()
}

/// The Node.js line where a service says nothing.
pub(crate) fn node() -> &'static str {
    stackc_model::pins::usual("node").unwrap_or_default()
}

#[derive(Deserialize)]
struct ActionPin {
    action: String,
    tag: String,
    sha: String,
}

#[derive(Deserialize)]
struct ImagePin {
    image: String,
    digest: String,
}

// Tests read the same files, so an empty table cannot go unnoticed.
static ACTIONS: LazyLock<BTreeMap<String, (String, String)>> = LazyLock::new(|| {
    let pins: Vec<ActionPin> =
        serde_json::from_str(include_str!("actions.json")).unwrap_or_default();
    pins.into_iter().map(|pin| (pin.action, (pin.sha, pin.tag))).collect()
});

static DIGESTS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let pins: Vec<ImagePin> =
        serde_json::from_str(include_str!("digests.json")).unwrap_or_default();
    pins.into_iter().map(|pin| (pin.image, pin.digest)).collect()
});

/// The image with its digest, where one is known or written; else the reviewer's tool is told that
/// none is.
pub(crate) fn with_digest(image: &str) -> Image {
    match DIGESTS.get(image) {
        Some(digest) => Image::Pinned(format!("{image}@{digest}")),
        None if image.contains('@') => Image::Pinned(image.to_owned()),
        None => Image::Unpinned(Commented(
            image.to_owned(),
            "zizmor: ignore[unpinned-images] no digest of it is known here".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_and_line_is_listed() {
        assert!([tool("trivy"), tool("kubectl")].iter().all(|version| version.starts_with('v')));
        assert!(!node().is_empty());
    }

    #[test]
    fn every_action_is_pinned_by_commit_and_names_its_version() {
        let all = [
            Action::AwsCredentials,
            Action::BuildPush,
            Action::Buildx,
            Action::Checkout,
            Action::CodeqlAnalyze,
            Action::CodeqlInit,
            Action::CodeqlUpload,
            Action::DependencyReview,
            Action::EcrLogin,
            Action::Login,
            Action::Metadata,
            Action::Pnpm,
            Action::RustCache,
            Action::SetupGo,
            Action::SetupKubectl,
            Action::SetupNode,
            Action::SetupUv,
            Action::Slack,
            Action::Trivy,
            Action::UploadArtifact,
        ];
        for action in all {
            let Commented(uses, tag) = action.uses();
            let sha = uses.rsplit('@').next().unwrap_or_default();
            assert_eq!(sha.len(), 40, "{uses}");
            assert!(sha.bytes().all(|b| b.is_ascii_hexdigit()), "{uses}");
            assert!(tag.starts_with('v'), "{uses} # {tag}");
        }
    }

    #[test]
    fn digests_belong_to_images_the_stores_use() {
        for (image, digest) in DIGESTS.iter() {
            let (name, tag) = image.split_once(':').expect("image:tag");
            let known = stackc_model::pins::lines(name);
            let tags: Vec<_> = known
                .iter()
                .filter_map(|line| stackc_model::pins::image(name, line))
                .map(|pin| pin.tag.as_str())
                .collect();
            assert!(tags.contains(&tag), "{image} is no pin any more: {tags:?}");
            assert_eq!(digest.len(), "sha256:".len() + 64, "{image}");
        }
        let pinned =
            |image: &str| matches!(with_digest(image), Image::Pinned(it) if it.contains('@'));
        assert!(pinned("postgres:15.19") && pinned("postgres:1.2@sha256:abc"));
        assert!(!pinned("postgres:1.2"));
    }
}
