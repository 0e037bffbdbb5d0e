//! The edge: domains, routes, and all that holds for every request.

pub(crate) mod bounds;
mod claims;
mod compression;
mod domains;
mod routes;
mod rules;
mod tls;

use stackc_model::{
    Bytes, Cdn, Edge, EdgeLogs, External, Extra, Kind, Seconds, Sourced, Tier, Timeouts,
};
use stackc_shape::{Spanned, Switch};
use stackc_spec::{CdnWord, EdgeSpec, LogFormat, LogLevel, TimeoutsSpec};

use crate::context::{Context, or, or_map, written};
use crate::service::DraftService;
use crate::text::Scope;
use crate::{cors, header};

pub(crate) use claims::{Claim, claims};
pub(crate) use domains::domains;
pub(crate) use routes::{number, routes, sort};
pub(crate) use rules::passwords;

const BODY: Bytes = Bytes::mib(1);
const BODY_REASON: &str = "enough for JSON, too little to fill a disk";
const ANSWER: Seconds = Seconds::new(30);
const ANSWER_REASON: &str = "an answer takes half a minute at most";
const YEAR: Seconds = Seconds::new(365 * 86_400);

/// The edge with its defaults.
pub(crate) fn edge(
    drafts: &[DraftService<'_>],
    externals: &[External],
    scope: &Scope,
    cx: &mut Context<'_>,
) -> Edge {
    let default = EdgeSpec::default();
    let spec = cx.spec.edge.as_ref().map_or(&default, |edge| &edge.value);
    let tls = match cx.tier {
        Tier::Development => None,
        _ => Some(tls::tls(spec.tls.as_ref(), cx)),
    };
    let nextjs = drafts.iter().any(|draft| *draft.kind == Kind::Nextjs);
    let around = header::Surroundings { externals, nextjs, scope };
    let body_limit = or(spec.body_limit.as_ref(), BODY, BODY_REASON);
    bounds::body(&body_limit, cx);
    Edge {
        tls,
        http2: or(spec.http2.as_ref(), true, "one connection for many requests"),
        http3: tls::http3(spec, cx),
        headers: header::resolve(spec.headers.as_ref(), around, cx),
        cors: spec.cors.as_ref().and_then(|cors| cors::resolve(cors, scope, cx)),
        compression: compression::resolve(spec, cx),
        static_cache: assets(spec),
        body_limit,
        timeouts: timeouts(spec.timeouts.as_ref(), cx),
        access: rules::access(spec, cx),
        cdn: cdn(spec),
        trusted_proxies: bounds::ranges(&spec.proxies, cx),
        logs: logs(spec),
        maintenance: rules::maintenance(spec, cx),
        extra: Extra {
            http: spec.extra.as_ref().and_then(|extra| extra.http.as_ref()).map(written),
            server: spec.extra.as_ref().and_then(|extra| extra.server.as_ref()).map(written),
        },
    }
}

/// How long browsers keep what has a hash in its name: as good as for ever.
fn assets(spec: &EdgeSpec) -> Option<Sourced<Seconds>> {
    let default = || Sourced::default(YEAR, "a new build has new names");
    match spec.cache.as_ref().and_then(|cache| cache.assets.as_ref()) {
        Some(Switch::Off(_)) => None,
        Some(Switch::On(Some(time))) => Some(written(time)),
        Some(Switch::On(None)) | None => Some(default()),
    }
}

fn timeouts(spec: Option<&TimeoutsSpec>, cx: &mut Context<'_>) -> Timeouts {
    let default = TimeoutsSpec::default();
    let spec = spec.unwrap_or(&default);
    let mut time = |written: Option<&Spanned<Seconds>>, seconds: u64, reason: &'static str| {
        let time = or(written, Seconds::new(seconds), reason);
        bounds::wait(&time, cx);
        time
    };
    Timeouts {
        header: time(spec.header.as_ref(), 10, "a header fits into few packets"),
        body: time(spec.body.as_ref(), 30, "a slow client sends something in half a minute"),
        send: time(spec.send.as_ref(), 30, "a slow client takes something in half a minute"),
        keepalive: time(spec.keepalive.as_ref(), 65, "browsers come back within a minute"),
        connect: time(spec.connect.as_ref(), 5, "services are near"),
        answer: time(spec.answer.as_ref(), 30, ANSWER_REASON),
    }
}

fn cdn(spec: &EdgeSpec) -> Option<Sourced<Cdn>> {
    let word = spec.cdn.as_ref()?;
    let cdn = match word.value {
        CdnWord::None => return None,
        CdnWord::Cloudflare => Cdn::Cloudflare,
        CdnWord::Cloudfront => Cdn::Cloudfront,
    };
    Some(Sourced::written(cdn, word.span))
}

fn logs(spec: &EdgeSpec) -> EdgeLogs {
    let logs = spec.logs.as_ref();
    EdgeLogs {
        format: or_map(
            logs.and_then(|logs| logs.format.as_ref()),
            |format| match format {
                LogFormat::Json => "json".to_owned(),
                LogFormat::Text => "text".to_owned(),
            },
            "json".to_owned(),
            "machines read logs",
        ),
        level: or_map(
            logs.and_then(|logs| logs.level.as_ref()),
            |level| match level {
                LogLevel::Debug => "debug".to_owned(),
                LogLevel::Info => "info".to_owned(),
                LogLevel::Warn => "warn".to_owned(),
                LogLevel::Error => "error".to_owned(),
            },
            "warn".to_owned(),
            "what looks wrong, without every closed connection",
        ),
    }
}
