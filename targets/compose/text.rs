//! Strings as compose reads them: a `$` in a value starts a substitution unless it is doubled.

use serde::{Serialize, Serializer};
use stackc_model::EnvName;

/// A value of the document. There is no way to make one from a plain string that leaves its `$`
/// alive, so a value from the stack is always data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text {
    text: String,
    demands: Option<EnvName>,
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl Text {
    /// The value of a variable of the shell or the `.env` file that runs compose; the run stops
    /// with the message where it is missing or empty.
    pub(crate) fn required(name: &EnvName, message: &str) -> Self {
        Self { text: format!("${{{name}:?{message}}}"), demands: Some(name.clone()) }
    }

    /// The data this text was made from, where it substitutes nothing.
    pub(crate) fn data(&self) -> String {
        self.text.replace("$$", "$")
    }

    /// This text where a swarm would expand templates: `{{` starts one unless a template says it.
    pub(crate) fn untemplated(self) -> Self {
        Self { text: self.text.replace("{{", "{{\"{{\"}}"), ..self }
    }

    /// This text with another behind it.
    pub(crate) fn then(self, other: &Self) -> Self {
        let demands = other.demands.clone().or(self.demands);
        Self { text: self.text + &other.text, demands }
    }

    /// The variable without which the run stops.
    pub(crate) fn demands(&self) -> Option<&EnvName> {
        self.demands.as_ref()
    }
}

impl<T: AsRef<str>> From<T> for Text {
    fn from(data: T) -> Self {
        Self { text: data.as_ref().replace('$', "$$"), demands: None }
    }
}

/// Several values at once.
pub(crate) fn texts<T: AsRef<str>>(data: impl IntoIterator<Item = T>) -> Vec<Text> {
    data.into_iter().map(Text::from).collect()
}

#[cfg(test)]
mod tests {
    use super::{EnvName, Text};

    #[test]
    fn data_never_substitutes_and_a_required_variable_does() {
        assert_eq!(Text::from("${HOME} $$ $x").text, "$${HOME} $$$$ $$x");
        let name = EnvName::new("TAG").unwrap();
        let image = Text::from("a$b:").then(&Text::required(&name, "set it"));
        assert_eq!(image.demands(), Some(&name));
        assert_eq!(image.text, "a$$b:${TAG:?set it}");
    }
}
