//! What is asked of services, what is kept of their answers, and what is logged.

use stackc_model::{AnswerCache, Kind, Platform, Seconds};

use super::*;

#[test]
fn answers_are_kept_where_a_route_says_so() {
    let (files, _) = with(|environment| {
        environment.routes[1].cache = sourced(AnswerCache::For(Seconds::new(300)));
        environment.edge.static_cache = Some(sourced(Seconds::new(86_400)));
    });
    let site = &files["sites/main.conf"];
    assert!(location(site, "/api/").contains(&"proxy_cache_valid 200 301 308 5m;"));
    assert!(!location(site, "/").contains(&"include cache.conf;"));
    // Aliases may have answers of their own.
    assert!(files["cache.conf"].contains("proxy_cache_key $scheme$host$request_uri;"));
    let private = "proxy_no_cache $http_authorization $http_cookie $private;";
    assert!(files["cache.conf"].contains(private));
    // As long as the route says, even where the service says otherwise.
    let ignored = "proxy_ignore_headers X-Accel-Expires Expires Cache-Control;";
    assert!(location(site, "/api/").contains(&ignored));
    // The front end is a build of Vite, the backend is not.
    assert!(location(site, "/").contains(&"add_header Cache-Control $asset_cache always;"));
    assert!(!location(site, "/api/").iter().any(|line| line.contains("$asset_cache")));
    let root = &files["nginx.conf"];
    assert!(root.contains("\"~^(?:200|206|304) /assets/\" \"public, max-age=86400, immutable\";"));
}

#[test]
fn health_is_always_asked_anew() {
    let (files, _) = with(|environment| {
        environment.services[0].health.as_mut().unwrap().ready =
            Some(sourced("/api/up".to_owned()));
        for route in &mut environment.routes[1..] {
            route.cache = sourced(AnswerCache::AsTold);
        }
    });
    let site = &files["sites/main.conf"];
    assert!(location(site, "/api/").contains(&"include cache.conf;"));
    assert_eq!(location(site, "= /api/up"), ["proxy_pass http://backend_http;"]);
    assert_eq!(location(site, "= /live"), ["proxy_pass http://frontend_http;"]);
}

#[test]
fn pages_of_nextjs_go_with_their_build() {
    let kept = |kind, cache| {
        with(move |environment| {
            environment.services[1].kind = sourced(kind);
            environment.routes[2].cache = sourced(cache);
        })
        .0
    };
    let files = kept(Kind::Nextjs, AnswerCache::AsTold);
    let pages = "proxy_no_cache $page;";
    assert!(location(&files["sites/main.conf"], "/").contains(&pages));
    assert!(files["nginx.conf"].contains("map $upstream_http_content_type $page {"));
    let minute = AnswerCache::For(Seconds::new(60));
    for files in [kept(Kind::Nextjs, minute), kept(Kind::Node, AnswerCache::AsTold)] {
        assert!(!location(&files["sites/main.conf"], "/").contains(&pages));
        assert!(!files["nginx.conf"].contains("$page "));
    }
}

#[test]
fn clients_stay_at_their_copy() {
    let sticky = |cache, version: &str| {
        let mut stack = shop();
        stack.versions.insert("nginx".to_owned(), sourced(version.to_owned()));
        let environment = &mut stack.environments[0];
        environment.services[0].scale.sticky = sourced(true);
        environment.routes[2].cache = sourced(cache);
        render(&stack).0["nginx.conf"].clone()
    };
    let cookie =
        "        sticky cookie copy_of_backend_http path=/ httponly samesite=lax secure;\n";
    let address = "        hash $binary_remote_addr consistent;\n";
    assert_eq!(sticky(AnswerCache::Never, "1.30").matches(cookie).count(), 1);
    // Whoever has a cookie gets no kept answers.
    assert_eq!(sticky(AnswerCache::AsTold, "1.30").matches(address).count(), 1);
    assert_eq!(sticky(AnswerCache::Never, "1.29.5").matches(address).count(), 1);
}

#[test]
fn sockets_are_closed_before_the_container_is() {
    let (files, _) = with(|environment| {
        environment.services[0].stop.grace = sourced(Seconds::new(20));
        environment.services[0].routes = vec![stackc_model::RouteId::at(0)];
    });
    assert!(files["nginx.conf"].contains("\nworker_shutdown_timeout 20s;\n"));
}

#[test]
fn keeps_no_answers_of_grpc() {
    let (_, said) = with(|environment| {
        environment.services[0].ports.get_mut("http").unwrap().protocol = Protocol::Grpc;
        environment.routes.remove(0);
        environment.routes[0].cache = sourced(AnswerCache::AsTold);
    });
    assert_eq!(said, [codes::UNSUPPORTED.id]);
}

#[test]
fn the_queries_of_sensitive_routes_are_never_logged() {
    let (files, said) = with(|environment| {
        environment.routes[1].sensitive = true;
        let main = environment.domains.get_mut("main").unwrap();
        main.aliases.push(sourced("*.cod.example".to_owned()));
    });
    assert!(said.is_empty(), "{said:?}");
    let root = &files["nginx.conf"];
    let hosts = "(?:cod[.]example|[^/]+[.]cod[.]example|www[.]cod[.]example)";
    assert!(root.contains("map $host$uri $logged_uri {\n        default $request_uri;\n"));
    // The longest path first, as routes are chosen.
    let of = |path: &str| root.find(&format!("~^{hosts}{path}(?:/|$)")).unwrap();
    assert!(of("/socket[.]io") < of("/api") && of("/api") < of(""), "{root}");
    assert!(root.contains(&format!("\"~^{hosts}/api(?:/|$)\" $uri;")), "{root}");
    assert!(root.contains(r#""uri":"$logged_uri""#) && !root.contains(r#""uri":"$request_uri""#));
    let site = &files["sites/main.conf"];
    assert_eq!(site.matches("set $decided_uri $logged_uri;").count(), 1);
    assert!(location(site, "/api/").contains(&"error_log stderr emerg;"));
    let (files, _) = render(&shop());
    assert!(files["nginx.conf"].contains(r#""uri":"$request_uri""#));
    assert!(files.values().all(|text| !text.contains("$logged_uri")));
}

#[test]
fn grpc_waits_as_long_as_the_rest() {
    let (files, _) = with(|environment| {
        environment.services[0].ports.get_mut("http").unwrap().protocol = Protocol::Grpc;
        environment.routes.remove(0);
        environment.routes[0].timeout = sourced(Seconds::new(45));
    });
    let root = &files["nginx.conf"];
    for line in ["grpc_connect_timeout 5s;", "grpc_read_timeout 30s;", "grpc_send_timeout 30s;"] {
        assert!(root.contains(line), "{line}");
    }
    assert!(location(&files["sites/main.conf"], "/api/").contains(&"grpc_read_timeout 45s;"));
}

/// A swarm answers with all copies too, for it is told `dnsrr`.
#[test]
fn a_service_has_the_same_name_on_every_platform() {
    for platform in [Platform::Compose, Platform::Swarm] {
        let (files, _) = with(|environment| {
            environment.platforms = vec![platform];
            environment.services[0].platforms = vec![platform];
            environment.services[0].scale.sticky = sourced(true);
        });
        assert!(files["nginx.conf"].contains("server backend:3000 resolve max_fails=0;"));
    }
}
