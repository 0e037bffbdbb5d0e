//! The texts of a store: what `${…}` stands for in them.

use stackc_model::{EnvName, Label, SECRETS_DIR};
use stackc_source::{Diagnostic, Span, closest, codes};

use crate::context::Context;
use crate::secrets::{Draft, DraftSegment};

/// What the references in a store's texts are followed to.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    pub(crate) host: Label,
    pub(crate) port: u16,
    pub(crate) user: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) password: EnvName,
    pub(crate) config: Option<EnvName>,
    /// The password of the one who may do everything, where the server has one.
    pub(crate) root: Option<EnvName>,
    /// The password of the user that an exporter logs in as, where one watches.
    pub(crate) monitor: Option<EnvName>,
    /// The share of the memory, in bytes.
    pub(crate) memory: u64,
}

const MIB: u64 = 1 << 20;

impl Names {
    fn follow(&self, name: &str) -> Option<Draft> {
        let file = |secret: &EnvName| Draft::of(format!("{SECRETS_DIR}/{secret}"));
        let value =
            |secret: &EnvName| Draft { segments: vec![DraftSegment::Secret(secret.clone())] };
        Some(match name {
            "host" => Draft::of(self.host.as_str()),
            "port" => Draft::of(self.port.to_string()),
            "user" => Draft::of(self.user.as_deref()?),
            "database" => Draft::of(self.database.as_deref()?),
            "password" => value(&self.password),
            "monitor_password" => value(self.monitor.as_ref()?),
            "password_file" => file(&self.password),
            "root_password_file" => file(self.root.as_ref()?),
            "config_file" => file(self.config.as_ref()?),
            "memory" => Draft::of((self.memory / MIB).to_string()),
            "memory_bytes" => Draft::of(self.memory.to_string()),
            // WiredTiger takes a quarter at the least.
            "memory_gib" => {
                let hundredths = (self.memory / MIB * 100 / 1024).max(25);
                Draft::of(format!("{}.{:02}", hundredths / 100, hundredths % 100))
            }
            _ => return None,
        })
    }

    /// A text with its references followed; the name of the first that leads nowhere otherwise.
    pub(crate) fn fill<'t>(&self, text: &'t str) -> Result<Draft, &'t str> {
        let (mut draft, mut rest) = (Draft::default(), text);
        while let Some((before, behind)) = rest.split_once("${") {
            if let Some(escaped) = before.strip_suffix('$') {
                draft.literal(&format!("{escaped}${{"));
                rest = behind;
                continue;
            }
            draft.literal(before);
            let (name, after) = behind.split_once('}').ok_or(behind)?;
            draft.append(self.follow(name).ok_or(name)?);
            rest = after;
        }
        draft.literal(rest);
        Ok(draft)
    }

    /// As [`Names::fill`], for a text of the user.
    pub(crate) fn written(&self, text: &str, span: Span, cx: &mut Context<'_>) -> Option<Draft> {
        const KNOWN: [&str; 4] = ["host", "port", "password", "password_file"];
        let unknown = match self.fill(text) {
            Ok(draft) => return Some(draft),
            Err(name) => name,
        };
        let message = format!("`${{{unknown}}}` stands for nothing in a store of its own");
        let help = closest(unknown, KNOWN).map_or_else(
            || {
                "it may be `${host}`, `${port}`, `${password}` or `${password_file}`; `$${` is a \
                 literal `${`"
                    .to_owned()
            },
            |near| format!("did you mean `${{{near}}}`?"),
        );
        cx.push(Diagnostic::new(codes::BAD_REFERENCE, span, message).help(help));
        None
    }

    /// As [`Names::written`], for a text that others can read.
    pub(crate) fn plain(&self, text: &str, span: Span, cx: &mut Context<'_>) -> Option<String> {
        let draft = self.written(text, span, cx)?;
        let plain = draft.plain();
        if plain.is_none() {
            let message = "`${password}` is secret, and a command can be read by every process";
            cx.push(
                Diagnostic::new(codes::SECRET_MISPLACED, span, message)
                    .help("give the server `${password_file}`, or `${password}` in its `env`"),
            );
        }
        plain
    }
}
