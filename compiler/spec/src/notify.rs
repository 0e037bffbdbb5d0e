//! Where notifications go.

use stackc_shape::{Decode, Spanned};
use stackc_unit::{EnvName, Label};

/// Where notifications go.
#[derive(Debug, Clone, Default, Decode)]
pub struct NotifySpec {
    /// The secret that holds a Slack incoming webhook.
    pub slack: Option<Spanned<EnvName>>,
    /// The secret that holds a PagerDuty integration key.
    #[shape(planned)]
    pub pagerduty: Option<Spanned<EnvName>>,
    /// The secret that holds the address of a webhook of your own.
    #[shape(planned)]
    pub webhook: Option<Spanned<EnvName>>,
    /// The secret that holds an address which must hear from us: it calls when we fall silent.
    #[shape(planned)]
    pub deadman: Option<Spanned<EnvName>>,
    /// Mail.
    #[shape(planned)]
    pub email: Option<Spanned<EmailSpec>>,
    /// Which severity goes where; by default critical everywhere, warnings everywhere but PagerDuty.
    #[shape(planned)]
    pub routes: Option<Spanned<NotifyRoutesSpec>>,
}

/// Mail.
#[derive(Debug, Clone, Decode)]
pub struct EmailSpec {
    /// The address that receives it.
    pub to: Spanned<String>,
    /// The external system that sends it, such as `smtp` or `resend`.
    pub via: Spanned<Label>,
}

/// Which severity goes where.
#[derive(Debug, Clone, Default, Decode)]
pub struct NotifyRoutesSpec {
    /// What somebody is called for.
    pub critical: Vec<Spanned<ChannelWord>>,
    /// What somebody should look at.
    pub warning: Vec<Spanned<ChannelWord>>,
}

/// A way to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Decode)]
pub enum ChannelWord {
    /// Slack.
    Slack,
    /// PagerDuty.
    Pagerduty,
    /// A webhook of your own.
    Webhook,
    /// Mail.
    Email,
}
