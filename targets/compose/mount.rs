//! What is mounted into a container: volumes, folders of the host, folders in memory, and files.

use serde::{Serialize, Serializer};
use stackc_model::Bytes;

use super::text::Text;

/// A volume or a folder of the host, mounted.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VolumeMount {
    pub(crate) r#type: &'static str,
    pub(crate) source: Text,
    pub(crate) target: Text,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bind: Option<Bind>,
    /// Whether the folder is a part of the generated tree.
    #[serde(skip)]
    pub(crate) generated: bool,
}

/// How a folder of the host is mounted.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Bind {
    /// False: a missing folder stops the run, where docker would make an empty one owned by root.
    pub(crate) create_host_path: bool,
    /// What becomes of file systems that the host mounts later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) propagation: Option<&'static str>,
}

impl VolumeMount {
    /// A named volume.
    pub(crate) fn volume(name: &str, target: impl AsRef<str>) -> Self {
        Self {
            r#type: "volume",
            source: Text::from(name),
            target: Text::from(target),
            read_only: false,
            bind: None,
            generated: false,
        }
    }

    /// The same, mounted somewhere else.
    pub(crate) fn at(&self, target: &str) -> Self {
        Self { target: Text::from(target), ..self.clone() }
    }

    /// The same folder of the host, made where it is missing.
    pub(crate) fn made(&self) -> Self {
        let bind = self.bind.map(|bind| Bind { create_host_path: true, ..bind });
        Self { bind, ..self.clone() }
    }

    /// A folder of the host.
    pub(crate) fn folder(source: &str, target: &str, read_only: bool) -> Self {
        let bind = Some(Bind { create_host_path: false, propagation: None });
        Self { r#type: "bind", bind, read_only, ..Self::volume(source, target) }
    }

    /// A folder of the generated tree, which no container changes.
    pub(crate) fn generated(source: &str, target: &str) -> Self {
        Self { generated: true, ..Self::folder(source, target, true) }
    }
}

/// A secret or config in a container.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub(crate) enum FileMount {
    /// At its usual place.
    Plain(String),
    /// Somewhere else, or under another name.
    At { source: String, target: Text },
}

impl FileMount {
    /// The name of what is mounted.
    pub(crate) fn source(&self) -> &String {
        match self {
            Self::Plain(name) | Self::At { source: name, .. } => name,
        }
    }
}

/// A folder in memory, gone with the container.
#[derive(Debug, Clone)]
pub(crate) struct Scratch {
    pub(crate) path: Text,
    pub(crate) size: Bytes,
    /// The one user who may use it; everybody in the container may where there is none.
    pub(crate) owner: Option<u32>,
}

impl Serialize for Scratch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let size = self.size.short();
        let options = match self.owner {
            Some(user) => format!(":gid={user},mode=0700,size={size},uid={user}"),
            None => format!(":mode=1777,size={size}"),
        };
        self.path.clone().then(&Text::from(options)).serialize(serializer)
    }
}
