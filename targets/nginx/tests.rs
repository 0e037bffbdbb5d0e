//! Whole folders, from the model to the text.

use std::collections::BTreeMap;

use stackc_model::{Access, EnvName, Environment, Metrics, Protocol, Stack, TlsProvider};
use stackc_source::{Diagnostics, Node, codes};
use stackc_target::{Artifacts, Target};

use super::fixture::*;

mod limits;
mod rules;
mod services;

/// The files by their path in the folder, and the codes of what was said.
fn render(stack: &Stack) -> (BTreeMap<String, String>, Vec<&'static str>) {
    let (mut out, mut diagnostics) = (Artifacts::default(), Diagnostics::default());
    super::Nginx.render(stack, &mut out, &mut diagnostics);
    let name = |path: &str| path.strip_prefix("nginx/production/").unwrap().to_owned();
    let files = out.iter().map(|file| (name(file.path.as_str()), file.body.text().to_owned()));
    (files.collect(), diagnostics.iter().map(|item| item.code.id).collect())
}

fn with(change: impl FnOnce(&mut Environment)) -> (BTreeMap<String, String>, Vec<&'static str>) {
    let mut stack = shop();
    change(&mut stack.environments[0]);
    render(&stack)
}

/// The lines of one location.
fn location<'t>(site: &'t str, head: &str) -> Vec<&'t str> {
    let start = format!("    location {head} {{\n");
    let body = site.rsplit_once(&start).unwrap_or_else(|| panic!("no {head} in:\n{site}")).1;
    body.split_once("\n    }\n").unwrap().0.lines().map(str::trim).collect()
}

#[test]
fn writes_only_the_files_that_are_needed() {
    let (files, said) = render(&shop());
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    let all = [
        "headers.conf",
        "limits.conf",
        "nginx.conf",
        "proxy.conf",
        "sites/main.conf",
        "tls.conf",
        "websocket.conf",
    ];
    assert_eq!(names, all);
    assert!(said.is_empty(), "{said:?}");
    // Every file is included by another.
    let text: String = files.values().map(String::as_str).collect();
    for name in all.iter().filter(|name| **name != "nginx.conf") {
        assert!(text.contains(&format!("include {name};")), "{name}");
    }
}

#[test]
fn matches_routes_by_whole_segments() {
    let (files, _) = render(&shop());
    let site = &files["sites/main.conf"];
    assert_eq!(location(site, "= /api"), ["proxy_pass http://backend_http;"]);
    assert_eq!(location(site, "/api/"), ["proxy_pass http://backend_http;"]);
    assert_eq!(location(site, "/"), ["proxy_pass http://frontend_http;"]);
    assert!(!site.contains("location /api {"));
    let socket = location(site, "/socket.io/");
    assert_eq!(socket, location(site, "= /socket.io"));
    assert_eq!(socket[0], "include websocket.conf;");
    assert!(socket.contains(&"proxy_read_timeout 1h;"));
}

#[test]
fn an_exact_route_leaves_what_is_below_to_others() {
    let (files, _) = with(|environment| {
        environment.routes[1].exact = true;
        environment.routes[2].path = sourced("/api".to_owned());
    });
    let site = &files["sites/main.conf"];
    assert_eq!(location(site, "= /api"), ["proxy_pass http://backend_http;"]);
    assert_eq!(location(site, "/api/"), ["proxy_pass http://frontend_http;"]);
    assert_eq!(location(site, "/"), ["return 404;"]);
}

#[test]
fn strips_with_an_anchored_pattern() {
    let (files, _) = with(|environment| {
        environment.routes[1].strip = true;
        environment.routes[1].path = sourced("/v1.0+x".to_owned());
    });
    let site = &files["sites/main.conf"];
    assert_eq!(location(site, "= /v1.0+x")[0], "rewrite ^ / break;");
    assert_eq!(location(site, "/v1.0+x/")[0], r#"rewrite "(?s)^/v1[.]0\\+x/(.*)$" /$1 break;"#);
}

#[test]
fn keeps_metrics_inside_wherever_a_route_would_show_them() {
    let metrics = |path: &str| Metrics {
        path: sourced(path.to_owned()),
        port: label("http"),
        http: sourced("http_request_duration_seconds".to_owned()),
        db_pool_waiting: None,
        db_latency: None,
        token: None,
    };
    let blocks = |path: &str, strip: bool| {
        let (files, _) = with(|environment| {
            environment.services[0].metrics = Some(metrics(path));
            environment.routes[1].strip = strip;
        });
        files["sites/main.conf"].contains("location ~* ^/api/metrics/?$ {")
    };
    assert!(blocks("/api/metrics", false));
    assert!(blocks("/metrics", true));
    assert!(!blocks("/metrics", false));
    let (files, _) = with(|environment| {
        let health = environment.services[0].health.as_mut().unwrap();
        health.detail = Some(sourced("/api/health/detailed".to_owned()));
    });
    assert!(files["sites/main.conf"].contains("location ~* ^/api/health/detailed/?$ {"));
}

#[test]
fn refuses_what_would_be_more_than_data() {
    for (change, code) in [
        (
            Box::new(|environment: &mut Environment| {
                environment.edge.headers.fixed[0].value.value = "a\nb".to_owned();
            }) as Box<dyn FnOnce(&mut Environment)>,
            codes::CANNOT_CARRY,
        ),
        (
            Box::new(|environment| environment.edge.headers.fixed[0].name = "A B".to_owned()),
            codes::CANNOT_CARRY,
        ),
        (
            Box::new(|environment| {
                environment
                    .domains
                    .values_mut()
                    .next()
                    .unwrap()
                    .aliases
                    .push(sourced("~.*".to_owned()));
            }),
            codes::CANNOT_CARRY,
        ),
        (
            Box::new(|environment| environment.routes[1].path = sourced("/%0a".to_owned())),
            codes::CANNOT_CARRY,
        ),
        (
            Box::new(|environment| {
                let mut all = limit("all", 100, 900);
                all.exempt = vec![sourced("default".to_owned())];
                environment.limits = vec![all];
                environment.routes[1].limits = vec![label("all")];
            }),
            codes::CANNOT_CARRY,
        ),
        (
            Box::new(|environment| {
                let rule = Access { basic: None, allow: vec![sourced("all".to_owned())] };
                environment.edge.access.insert(label("default"), sourced(rule));
            }),
            codes::CANNOT_CARRY,
        ),
        (
            Box::new(|environment| {
                environment.services[0].ports.values_mut().next().unwrap().protocol = Protocol::Tcp;
            }),
            codes::UNSUPPORTED,
        ),
    ] {
        let (_, said) = with(change);
        assert!(said.contains(&code.id), "{said:?}");
    }
}

#[test]
fn a_dollar_in_a_header_is_a_dollar() {
    let (files, said) = with(|environment| {
        environment.edge.headers.fixed[0].value.value = "$host; a \"b\"".to_owned();
    });
    assert!(said.is_empty());
    assert!(
        files["headers.conf"].contains(r#"'${dollar}host; a "b"' always;"#),
        "{}",
        files["headers.conf"]
    );
    assert!(files["nginx.conf"].contains("geo $dollar {\n        default $;\n    }"));
    assert!(!render(&shop()).0["nginx.conf"].contains("$dollar"));
}

#[test]
fn an_old_nginx_repeats_headers_and_keeps_connections_open() {
    let mut stack = shop();
    stack.versions.insert("nginx".to_owned(), sourced("1.28".to_owned()));
    let (files, said) = render(&stack);
    assert!(said.is_empty(), "{said:?}");
    assert!(!files["headers.conf"].contains("add_header_inherit"));
    assert_eq!(
        location(&files["sites/main.conf"], "@too_many_requests")[0],
        "include headers.conf;"
    );
    assert!(files["nginx.conf"].contains("keepalive 32;"));
    stack.versions.insert("nginx".to_owned(), sourced("1.26".to_owned()));
    assert_eq!(render(&stack).1, [codes::UNSUPPORTED.id]);
}

#[test]
fn a_closed_site_lets_health_checks_in() {
    let (files, _) = with(|environment| {
        let basic = Some(EnvName::new("HTPASSWD").unwrap());
        let rule =
            Access { basic: basic.map(sourced), allow: vec![sourced("10.0.0.0/8".to_owned())] };
        environment.edge.access.insert(label("default"), sourced(rule));
    });
    assert!(files["access.default.conf"].contains("auth_basic_user_file /run/secrets/HTPASSWD;"));
    assert!(files["access.default.conf"].ends_with("allow 10.0.0.0/8;\ndeny all;\n"));
    let site = &files["sites/main.conf"];
    assert_eq!(location(site, "/api/")[0], "include access.default.conf;");
    assert_eq!(location(site, "= /live"), ["proxy_pass http://frontend_http;"]);
}

#[test]
fn says_the_public_address_everywhere() {
    let (files, _) = render(&shop());
    let site = &files["sites/main.conf"];
    assert_eq!(site.matches("return 308 https://cod.example$request_uri;").count(), 2);
    let (files, _) = with(|environment| {
        environment.edge.tls = None;
        environment.url = Some("http://localhost:8080".to_owned());
    });
    assert!(files["proxy.conf"].contains("proxy_set_header Host $host:8080;"));
    assert!(!files["headers.conf"].contains("Strict-Transport-Security"));
    assert!(files["sites/main.conf"].contains("return 308 http://cod.example:8080$request_uri;"));
    assert!(!files.contains_key("tls.conf") && !files["nginx.conf"].contains("8443"));
}

#[test]
fn behind_a_balancer_the_public_still_speaks_tls() {
    let (files, said) = with(|environment| {
        environment.edge.tls.as_mut().unwrap().provider = sourced(TlsProvider::None);
    });
    assert_eq!(said, [codes::APPROXIMATED.id]);
    assert!(files["proxy.conf"].contains("proxy_set_header X-Forwarded-Proto https;"));
    assert!(files["headers.conf"].contains("Strict-Transport-Security"));
    assert!(!files["nginx.conf"].contains("8443"));
    let (files, said) = with(|environment| {
        environment.edge.tls.as_mut().unwrap().provider = sourced(TlsProvider::None);
        environment.edge.trusted_proxies = vec![sourced("10.0.0.0/8".to_owned())];
    });
    assert!(said.is_empty(), "{said:?}");
    assert!(files["nginx.conf"].contains("set_real_ip_from 10.0.0.0/8;"));
}

#[test]
fn is_off_without_routes_or_on_request() {
    assert!(with(|environment| environment.routes.clear()).0.is_empty());
    assert!(with(|environment| environment.platforms.clear()).0.is_empty());
    assert!(
        with(|environment| drop(environment.options.insert("nginx".to_owned(), None))).0.is_empty()
    );
}

fn option(key: &str, value: &str) -> Node {
    let value = Node::scalar(value, false, span());
    let entry = stackc_source::Entry { key: key.into(), key_span: span(), value };
    Node { kind: stackc_source::NodeKind::Map(vec![entry]), span: span() }
}

#[test]
fn every_option_changes_the_output() {
    let base = render(&shop()).0;
    for (key, value) in [
        ("workers", "2"),
        ("worker_connections", "512"),
        ("connections_per_client", "7"),
        ("limits_dry_run", "true"),
        ("ipv6", "false"),
    ] {
        let node = option(key, value);
        let (files, said) =
            with(|environment| drop(environment.options.insert("nginx".to_owned(), Some(node))));
        assert!(said.is_empty(), "{said:?}");
        assert_ne!(files, base, "{key}");
    }
}
