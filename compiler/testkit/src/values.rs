//! Values to try at a field: its examples, and particular ones where those would not do.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value, json};
use stackc_shape::Shape;

use crate::sites::Site;

/// Values to try at a site.
#[must_use]
pub fn values(site: &Site) -> Vec<Value> {
    let joined = site.path.join(".");
    let special: &[(&str, &[&str])] = &[
        ("stack", &["2"]),
        ("services.*.like", &["\"api\"", "\"backend\""]),
        ("services.*.image", &["\"nginx:1.29.1\""]),
        ("services.*.routes.*.domain", &["\"admin\"", "\"main\""]),
        ("services.*.routes.*.port", &["\"metrics\"", "\"http\""]),
        ("services.*.metrics.port", &["\"http\"", "\"metrics\""]),
        ("services.*.writable", &["[\"/var/tmp/x\"]"]),
        ("services.*.files.*.path", &["\"/etc/other\""]),
        ("services.*.files.*.from", &["\"ops/file\""]),
        ("services.*.volumes.*.path", &["\"/elsewhere\""]),
        ("services.*.build.dockerfile", &["\"Dockerfile.own\""]),
        ("services.*.metrics.http", &["\"requests_seconds\""]),
        ("services.*.metrics.db_pool_waiting", &["\"pool_waiting\""]),
        ("services.*.metrics.db_latency", &["\"query_seconds\""]),
        ("data.*.custom.image", &["\"search/server:1.2.3\""]),
        ("data.*.custom.volume", &["\"/var/lib/search\""]),
        ("data.*.custom.env.*", &["\"changed\""]),
        ("data.*.instances", &["2"]),
        ("data.*.extensions", &["[\"pg_trgm\"]"]),
        ("timezone", &["\"Europe/Berlin\""]),
        ("services.*.routes.*.access", &["\"staff\""]),
        ("edge.access.*.basic", &["\"OTHER\""]),
        ("edge.access.*.allow", &["[\"198.51.100.0/24\"]"]),
        ("edge.maintenance.allow", &["[\"198.51.100.0/24\"]"]),
        ("edge.proxies", &["[\"198.51.100.0/24\"]"]),
        ("edge.cors.origins", &["[\"https://other.partner.example\"]"]),
        ("edge.extra.http", &["\"etag on;\""]),
        ("edge.extra.server", &["\"etag on;\""]),
        ("edge.tls.acme.email", &["\"ops@shop.example\""]),
        ("edge.http2", &["false"]),
        ("edge.compression.level", &["3"]),
        ("edge.compression.types", &["[\"text/csv\"]"]),
        ("edge.headers.referrer", &["\"no-referrer\""]),
        ("edge.headers.csp.hosts.worker", &["[\"blob:\"]"]),
        ("limits.*.exempt", &["[\"198.51.100.0/24\"]"]),
        ("limits.*.match", &["\"/api\""]),
        ("environments.*.branch", &["\"trunk\""]),
        ("external.*.egress", &["[\"api.example.com\"]"]),
        ("patches.*.in", &["\"k8s/staging/api.deployment.yaml\""]),
        ("patches.*.merge", &["{\"spec\": {\"paused\": true}}"]),
        ("accept.*.target", &["\"nginx\""]),
        ("accept.*.path", &["\"limits.login\""]),
        ("data.*.custom.url", &["\"http://other:${password}@${host}:${port}\""]),
        ("limits.*.header", &["\"X-Other-Key\""]),
        ("limits.*.rate", &["\"5/15m\"", "\"7/1s\""]),
        ("release.promote", &["\"staging\""]),
        ("services.*.env.*", &["\"changed\""]),
        ("ci.matrix.node", &["[\"22\"]", "[\"26\"]"]),
        ("ci.matrix.python", &["[\"3.11\"]"]),
        ("ci.matrix.go", &["[\"1.24\"]"]),
        ("secrets.*.environments", &["[\"staging\"]", "[\"production\"]"]),
        ("secrets.*.public", &["\"REGION\""]),
        ("slo.window", &["\"60d\""]),
        ("slo.availability", &["\"99%\""]),
    ];
    if let Some((_, values)) = special.iter().find(|(path, _)| *path == joined) {
        return values.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    }
    examples(site.shape)
}

fn examples(shape: Shape) -> Vec<Value> {
    match shape {
        Shape::Scalar(scalar) => {
            scalar.examples.iter().map(|text| serde_yaml::from_str(text).unwrap()).collect()
        }
        Shape::Words(list) => list.words.iter().map(|variant| json!(variant.word)).collect(),
        Shape::Switch(inner) => {
            [json!(false), json!(true)].into_iter().chain(examples(inner())).collect()
        }
        Shape::Nullable(inner) => examples(inner()).into_iter().chain([Value::Null]).collect(),
        Shape::List(item) => examples(item()).into_iter().map(|value| json!([value])).collect(),
        Shape::Map(..) => vec![json!({ "probe": {} }), json!({})],
        Shape::Record(record) => {
            let required = record.fields.iter().filter(|field| field.required);
            let first = |shape| examples(shape).into_iter().next().unwrap_or(json!({}));
            let entries = required.map(|field| (field.key.to_owned(), first((field.shape)())));
            vec![Value::Object(entries.collect())]
        }
        Shape::Any => vec![json!({ "probe": {} }), json!(false)],
    }
}
