//! Who may enter, who may call, what is kept, and where certificates come from.

use stackc_model::{AnswerCache, Cdn, Cors, Maintenance, Seconds};

use super::*;

#[test]
fn a_route_is_guarded_by_its_own_rule_instead_of_the_sites() {
    let (files, said) = with(|environment| {
        for (name, range) in [("default", "10.0.0.0/8"), ("staff", "192.0.2.0/24")] {
            let rule = Access { basic: None, allow: vec![sourced(range.to_owned())] };
            environment.edge.access.insert(label(name), sourced(rule));
        }
        environment.routes[1].access = Some(sourced(label("staff")));
    });
    assert!(said.is_empty(), "{said:?}");
    let site = &files["sites/main.conf"];
    assert_eq!(location(site, "/api/")[0], "include access.staff.conf;");
    assert_eq!(location(site, "/")[0], "include access.default.conf;");
    assert!(!location(site, "/api/").contains(&"include access.default.conf;"));
}

#[test]
fn maintenance_turns_everybody_away_but_health_checks() {
    let (files, _) = with(|environment| {
        let allow = vec![sourced("192.0.2.7".to_owned())];
        let retry_after = sourced(Seconds::new(600));
        environment.edge.maintenance = Some(sourced(Maintenance { allow, retry_after }));
    });
    let root = &files["nginx.conf"];
    assert!(root.contains("geo $maintenance {\n        default 1;\n        192.0.2.7 0;\n    }"));
    assert!(
        root.contains(
            "map $uri $turned_away {\n        default $maintenance;\n        ~^/live$ 0;"
        )
    );
    let site = &files["sites/main.conf"];
    assert!(site.contains("if ($turned_away) {\n        return 503;"));
    assert_eq!(location(site, "@maintenance")[0], "add_header Retry-After 600 always;");
}

#[test]
fn origins_are_matched_as_a_whole() {
    let cors = |origins: &[&str], credentials| Cors {
        origins: origins.iter().map(|origin| sourced((*origin).to_owned())).collect(),
        credentials,
        methods: vec!["GET", "POST"],
    };
    let (files, said) = with(|environment| {
        let origins = ["https://a.example", "https://*.b.example:8443"];
        environment.edge.cors = Some(cors(&origins, true));
    });
    assert!(said.is_empty(), "{said:?}");
    let root = &files["nginx.conf"];
    assert!(root.contains("        https://a.example $http_origin;"));
    assert!(
        root.contains("~^https://[a-z0-9.-]+[.]b[.]example\\\\:8443$\" $http_origin;"),
        "{root}"
    );
    assert!(files["headers.conf"].contains("Allow-Credentials $cors_credentials always;"));
    assert!(files["proxy.conf"].contains("proxy_hide_header Access-Control-Allow-Origin;"));
    assert!(files["sites/main.conf"].contains("if ($cors_preflight) {\n        return 204;"));
    let (files, _) = with(|environment| environment.edge.cors = Some(cors(&["*"], false)));
    assert!(files["nginx.conf"].contains("map $http_origin $cors_origin {\n        default *;"));
    assert!(!files["headers.conf"].contains("Credentials"));
}

#[test]
fn certificates_may_come_from_nginx_itself() {
    let (files, said) = with(|environment| {
        let tls = environment.edge.tls.as_mut().unwrap();
        tls.provider = sourced(TlsProvider::Nginx);
        tls.email = Some(sourced("ops@cod.example".to_owned()));
    });
    assert!(said.is_empty(), "{said:?}");
    let root = &files["nginx.conf"];
    assert!(root.contains("\nload_module modules/ngx_http_acme_module.so;\n"));
    assert!(root.contains("        contact ops@cod.example;"));
    let site = &files["sites/main.conf"];
    assert_eq!(site.matches("acme_certificate letsencrypt;").count(), 2);
    assert!(!site.contains("/etc/nginx/certs") && !site.contains("acme-challenge"));
    let (_, said) = with(|environment| {
        environment.edge.tls.as_mut().unwrap().provider = sourced(TlsProvider::Nginx);
        let domain = environment.domains.get_mut("main").unwrap();
        domain.aliases.push(sourced("*.cod.example".to_owned()));
    });
    assert_eq!(said, [codes::CANNOT_CARRY.id]);
}

#[test]
fn networks_in_front_are_believed_only_where_their_addresses_are_known() {
    let cdn = |cdn, own: &[&str]| {
        let own: Vec<_> = own.iter().map(|range| sourced((*range).to_owned())).collect();
        with(move |environment| {
            environment.edge.cdn = Some(sourced(cdn));
            environment.edge.trusted_proxies = own;
        })
    };
    let (files, said) = cdn(Cdn::Cloudflare, &[]);
    assert!(said.is_empty(), "{said:?}");
    assert!(files["nginx.conf"].contains("set_real_ip_from 173.245.48.0/20;"));
    assert_eq!(cdn(Cdn::Cloudfront, &[]).1, [codes::APPROXIMATED.id]);
    let (files, said) = cdn(Cdn::Cloudfront, &["192.0.2.0/24"]);
    assert!(said.is_empty() && files["nginx.conf"].contains("set_real_ip_from 192.0.2.0/24;"));
}

#[test]
fn http3_is_spoken_beside_http2() {
    let (files, _) = with(|environment| environment.edge.http3 = sourced(true));
    assert_eq!(files["nginx.conf"].matches("quic default_server reuseport;").count(), 2);
    assert_eq!(files["sites/main.conf"].matches("quic;").count(), 4);
    assert!(files["headers.conf"].contains("Alt-Svc 'h3=\":443\"; ma=86400' always;"));
}

#[test]
fn text_of_the_stack_stands_in_files_of_its_own() {
    let text = |text: &str| {
        let text = sourced(text.to_owned());
        with(move |environment| environment.edge.extra.server = Some(text))
    };
    let (files, said) = text("location = /x { return 204; }\n");
    assert!(said.is_empty(), "{said:?}");
    assert!(files["extra.server.conf"].ends_with("\nlocation = /x { return 204; }\n"));
    assert_eq!(files["sites/main.conf"].matches("include extra.server.conf;").count(), 1);
    let (files, said) = text("} server {");
    assert_eq!(said, [codes::CANNOT_CARRY.id]);
    assert!(!files.contains_key("extra.server.conf"));
}

#[test]
fn an_old_nginx_is_told_headers_wherever_one_is_added() {
    let mut stack = shop();
    stack.versions.insert("nginx".to_owned(), sourced("1.29.2".to_owned()));
    let environment = &mut stack.environments[0];
    environment.routes[1].cache = sourced(AnswerCache::AsTold);
    environment.edge.static_cache = Some(sourced(Seconds::new(86_400)));
    let retry_after = sourced(Seconds::new(600));
    environment.edge.maintenance = Some(sourced(Maintenance { allow: Vec::new(), retry_after }));
    let adds = |files: &BTreeMap<String, String>| {
        let site = files["sites/main.conf"].clone();
        let bodies = site.split("    location ").skip(1).map(|it| it.split("\n    }\n").next());
        let adding = bodies.flatten().filter(|body| body.contains("add_header"));
        adding.map(str::to_owned).collect::<Vec<_>>()
    };
    let (files, said) = render(&stack);
    assert!(said.is_empty(), "{said:?}");
    let adding = adds(&files);
    // Two of the cached route, one of the front end, the two that refuse.
    assert_eq!(adding.len(), 5, "{adding:?}");
    for body in adding {
        assert_eq!(body.matches("include headers.conf;").count(), 1, "{body}");
    }
    stack.versions.insert("nginx".to_owned(), sourced("1.29.3".to_owned()));
    let files = render(&stack).0;
    assert!(files["headers.conf"].contains("add_header_inherit merge;"));
    assert!(adds(&files).iter().all(|body| !body.contains("headers.conf")));
}

#[test]
fn an_old_nginx_keeps_connections_to_services_open() {
    let of = |version: &str| {
        let mut stack = shop();
        stack.versions.insert("nginx".to_owned(), sourced(version.to_owned()));
        stack.environments[0].routes[1].sensitive = true;
        render(&stack).0
    };
    let (before, since) = (of("1.29.6"), of("1.29.7"));
    let clear = "proxy_set_header Connection \"\";";
    assert_eq!(before["nginx.conf"].matches("        keepalive 32;").count(), 2);
    assert!(before["nginx.conf"].contains("proxy_http_version 1.1;"));
    assert!(before["nginx.conf"].contains(clear));
    // A location with headers of its own inherits none.
    assert!(location(&before["sites/main.conf"], "/api/").contains(&clear));
    for text in since.values() {
        assert!(!text.contains(clear) && !text.contains("keepalive 32"), "{text}");
    }
    for files in [before, since] {
        // Shorter than any service keeps them.
        assert_eq!(files["nginx.conf"].matches("        keepalive_timeout 1s;").count(), 2);
    }
}

#[test]
fn long_names_get_room() {
    let name = |length| "a".repeat(length);
    let sized = |length: usize| {
        let (files, said) = with(|environment| {
            let mut limit = limit(&name(length - "limit__counted".len()), 100, 60);
            limit.exempt = vec![sourced("192.0.2.1".to_owned())];
            environment.routes[1].limits = vec![limit.name.clone()];
            environment.limits = vec![limit];
            let origin = sourced(format!("https://{}", name(length - "https://".len())));
            environment.edge.cors =
                Some(Cors { origins: vec![origin], credentials: false, methods: Vec::new() });
        });
        assert!(said.is_empty(), "{said:?}");
        files["nginx.conf"].clone()
    };
    assert!(!sized(46).contains("hash_bucket_size"));
    let larger = sized(47);
    assert!(
        larger.contains("    map_hash_bucket_size 128;\n    variables_hash_bucket_size 128;\n")
    );
    assert!(larger.find("map_hash_bucket_size") < larger.find("log_format"));
}
