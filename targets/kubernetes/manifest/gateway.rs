//! The Gateway API: gateways and HTTP routes.

use serde::Serialize;

use super::{Kind, Name, Noted};

pub(crate) const GATEWAY: Kind = Kind::new("gateway.networking.k8s.io/v1", "Gateway");
pub(crate) const HTTP_ROUTE: Kind = Kind::new("gateway.networking.k8s.io/v1", "HTTPRoute");

/// A gateway.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GatewaySpec {
    pub(crate) gateway_class_name: Noted<String>,
    pub(crate) listeners: Vec<Listener>,
}

/// A port a gateway listens on, for one host or all.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listener {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hostname: Option<String>,
    pub(crate) port: u16,
    pub(crate) protocol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<ListenerTls>,
    pub(crate) allowed_routes: AllowedRoutes,
}

/// TLS of a listener.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListenerTls {
    pub(crate) mode: &'static str,
    pub(crate) certificate_refs: Vec<Name>,
}

/// Whose routes may attach.
#[derive(Debug, Serialize)]
pub(crate) struct AllowedRoutes {
    pub(crate) namespaces: RouteNamespaces,
}

/// The namespaces routes may come from.
#[derive(Debug, Serialize)]
pub(crate) struct RouteNamespaces {
    pub(crate) from: &'static str,
}

/// An HTTP route.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpRouteSpec {
    pub(crate) parent_refs: Vec<ParentRef>,
    pub(crate) hostnames: Vec<String>,
    pub(crate) rules: Vec<RouteRule>,
}

/// A gateway, or one listener of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParentRef {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) section_name: Option<String>,
}

/// A rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RouteRule {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) matches: Vec<RouteMatch>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) filters: Vec<Filter>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) backend_refs: Vec<BackendRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeouts: Option<Timeouts>,
}

/// What a rule answers to.
#[derive(Debug, Serialize)]
pub(crate) struct RouteMatch {
    pub(crate) path: PathMatch,
}

/// A path.
#[derive(Debug, Serialize)]
pub(crate) struct PathMatch {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) value: String,
}

/// What is done to a request or an answer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url_rewrite: Option<UrlRewrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_redirect: Option<Redirect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response_header_modifier: Option<HeaderModifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cors: Option<CorsFilter>,
}

impl Filter {
    /// A filter of a kind, which has yet to say what it does.
    fn of(kind: &'static str) -> Self {
        Self {
            kind,
            url_rewrite: None,
            request_redirect: None,
            response_header_modifier: None,
            cors: None,
        }
    }

    /// Which other sites may call.
    pub(crate) fn cors(cors: CorsFilter) -> Self {
        Self { cors: Some(cors), ..Self::of("CORS") }
    }

    /// Another path towards the service.
    pub(crate) fn rewrite(path: PathRewrite) -> Self {
        Self { url_rewrite: Some(UrlRewrite { path }), ..Self::of("URLRewrite") }
    }

    /// An answer that sends elsewhere.
    pub(crate) fn redirect(redirect: Redirect) -> Self {
        Self { request_redirect: Some(redirect), ..Self::of("RequestRedirect") }
    }

    /// Headers set on answers, whatever the service says, and one that only tells what it is made of.
    pub(crate) fn headers(set: Vec<Header>) -> Self {
        let remove = ["X-Powered-By"];
        let response_header_modifier = Some(HeaderModifier { set, remove });
        Self { response_header_modifier, ..Self::of("ResponseHeaderModifier") }
    }
}

/// Which other sites may call; in the standard channel of the API since 1.5.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CorsFilter {
    pub(crate) allow_origins: Vec<String>,
    pub(crate) allow_credentials: bool,
    pub(crate) allow_methods: Vec<&'static str>,
    pub(crate) allow_headers: [&'static str; 2],
    pub(crate) max_age: u32,
}

/// Another URL.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UrlRewrite {
    pub(crate) path: PathRewrite,
}

/// Another path: the matched prefix, or all of it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type")]
pub(crate) enum PathRewrite {
    /// The whole path.
    ReplaceFullPath {
        /// What it becomes.
        #[serde(rename = "replaceFullPath")]
        path: &'static str,
    },
    /// The matched prefix.
    ReplacePrefixMatch {
        /// What it becomes.
        #[serde(rename = "replacePrefixMatch")]
        path: &'static str,
    },
}

/// A redirect.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Redirect {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scheme: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hostname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<PathRewrite>,
    pub(crate) status_code: u16,
}

/// Changes to headers.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HeaderModifier {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) set: Vec<Header>,
    pub(crate) remove: [&'static str; 1],
}

/// A header.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// Who answers.
#[derive(Debug, Serialize)]
pub(crate) struct BackendRef {
    pub(crate) name: String,
    pub(crate) port: u16,
}

/// How long an answer may take.
#[derive(Debug, Serialize)]
pub(crate) struct Timeouts {
    pub(crate) request: Noted<String>,
}
