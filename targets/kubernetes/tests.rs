//! Rules that a reviewer of the manifests would look for first.

use std::collections::BTreeMap;

use stackc_model::*;
use stackc_source::codes;
use stackc_target::Artifacts;

use super::fixture::*;

/// Renders the one environment after a change.
fn rendered(change: impl FnOnce(&mut Environment)) -> (Artifacts, Vec<&'static str>) {
    let mut stack = stack();
    change(&mut stack.environments[0]);
    let (artifacts, diagnostics) = render(&stack);
    (artifacts, diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect())
}

fn production(artifacts: &Artifacts, file: &str) -> String {
    text(artifacts, &format!("k8s/production/{file}"))
}

#[test]
fn every_file_is_listed_once_and_jobs_never_in_the_main_folder() {
    let (artifacts, _) = rendered(|_| {});
    let main = production(&artifacts, "kustomization.yaml");
    for artifact in artifacts.iter() {
        let path = artifact.path.as_str();
        let Some(file) = path.strip_prefix("k8s/production/").filter(|_| path.ends_with(".yaml"))
        else {
            continue;
        };
        let listed = main.matches(&format!("  - {file}\n")).count();
        let expected = usize::from(file != "kustomization.yaml" && !file.starts_with("jobs/"));
        assert_eq!(listed, expected, "{file}");
    }
    let jobs = production(&artifacts, "jobs/kustomization.yaml");
    assert!(jobs.contains("  - backend-migrate.job.yaml\n"), "{jobs}");
    assert!(jobs.contains("disableNameSuffixHash: true"), "{jobs}");
}

#[test]
fn a_job_runs_before_a_release_or_when_somebody_asks() {
    let job = |moment| {
        let (artifacts, codes) = rendered(|environment| {
            let deadline = given(Seconds::new(60));
            let worker = environment.services.last_mut().unwrap();
            worker.role = given(Role::Job);
            worker.job = Some(Job { moment: given(moment), deadline });
        });
        (artifacts, codes.iter().filter(|code| **code == codes::APPROXIMATED.id).count())
    };
    let (first, _) = job(Moment::BeforeDeploy);
    assert!(production(&first, "jobs/worker.job.yaml").contains("activeDeadlineSeconds: 60\n"));
    assert!(first.get("k8s/production/worker.cronjob.yaml").is_none());
    let (asked, told) = job(Moment::Manual);
    assert!(production(&asked, "worker.cronjob.yaml").contains("  suspend: true\n"));
    assert_eq!(job(Moment::AfterDeploy).1, told + 1);
}

#[test]
fn one_exception_opens_the_namespace_and_no_other_pod() {
    let standard = |change: fn(&mut Service)| {
        let (artifacts, _) = rendered(|environment| change(&mut environment.services[0]));
        let namespace = artifacts.iter().find(|it| it.path.as_str().ends_with(".namespace.yaml"));
        let namespace = namespace.unwrap().body.text().to_owned();
        let worker = production(&artifacts, "worker.deployment.yaml");
        assert!(worker.contains("runAsNonRoot: true\n") && !worker.contains("add:"), "{worker}");
        for told in ["audit", "warn"] {
            assert!(namespace.contains(&format!("{told}: restricted\n")), "{namespace}");
        }
        namespace.contains("enforce: restricted\n")
    };
    assert!(standard(|_| {}));
    assert!(standard(|service| {
        service.capabilities.insert("NET_BIND_SERVICE".to_owned(), "why".to_owned());
    }));
    assert!(!standard(|service| {
        service.capabilities.insert("CHOWN".to_owned(), "why".to_owned());
    }));
    assert!(!standard(|service| {
        service.exceptions.insert(Exception::Root, "why".to_owned());
    }));
}

#[test]
fn a_selector_does_not_follow_the_role() {
    let selector = |role| {
        let (artifacts, _) = rendered(|environment| environment.services[0].role = given(role));
        let text = production(&artifacts, "backend.deployment.yaml");
        let start = text.find("  selector:").unwrap();
        text[start..text.find("  template:").unwrap()].to_owned()
    };
    assert_eq!(selector(Role::Web), selector(Role::Internal));
}

#[test]
fn the_autoscaler_alone_owns_the_replicas() {
    let (artifacts, _) = rendered(|_| {});
    let replicas = |file: &str| production(&artifacts, file).matches("\n  replicas:").count();
    assert_eq!(replicas("backend.deployment.yaml"), 0);
    assert_eq!(replicas("worker.deployment.yaml"), 1);
    assert!(artifacts.get("k8s/production/worker.horizontalpodautoscaler.yaml").is_none());
}

#[test]
fn a_derived_secret_is_put_together_from_encoded_parts() {
    let (artifacts, _) = render(&with_options(&[("secret_store", "external-secrets")]));
    let backend = production(&artifacts, "backend.externalsecret.yaml");
    let url = "postgresql://app:{{ .POSTGRES_PASSWORD | urlquery | replace \"+\" \"%20\" }}@postgres:5432/shop";
    assert!(backend.contains(url), "{backend}");
    assert!(!backend.contains("REDIS_PASSWORD"), "{backend}");
    let redis = production(&artifacts, "redis.externalsecret.yaml");
    assert!(redis.contains("user default on >{{ .REDIS_PASSWORD }} ~* &* +@all"), "{redis}");
    let postgres = production(&artifacts, "postgres.externalsecret.yaml");
    assert!(!postgres.contains("template:"), "{postgres}");
}

#[test]
fn no_secret_object_without_a_store() {
    let (artifacts, _) = rendered(|_| {});
    assert!(artifacts.iter().all(|artifact| !artifact.path.as_str().contains("secret")));
    let backend = production(&artifacts, "backend.deployment.yaml");
    assert!(backend.contains("secretName: backend") && backend.contains("key: DATABASE_URL"));
}

#[test]
fn policies_follow_what_is_needed() {
    let (artifacts, _) = rendered(|_| {});
    let policy = |name: &str| production(&artifacts, &format!("{name}.networkpolicy.yaml"));
    for caller in ["backend", "backend-migrate", "postgres-backup", "worker"] {
        assert!(policy("postgres").contains(&format!("- {caller}\n")), "{caller}");
    }
    assert!(!policy("redis").contains("postgres-backup"));
    assert!(policy("backend").contains("port: 443"));
    assert!(!policy("worker").contains("ingress:"));
    let (artifacts, codes) = rendered(|environment| environment.externals[0].ports = vec![587]);
    let policy = production(&artifacts, "worker.networkpolicy.yaml");
    assert!(policy.contains("port: 587") && !policy.contains("port: 443"), "{policy}");
    assert!(codes.contains(&codes::APPROXIMATED.id));
}

#[test]
fn a_policy_closes_both_directions_and_none_reaches_pods_that_are_not_ours() {
    let (artifacts, _) = rendered(|_| {});
    let both = "policyTypes:\n    - Ingress\n    - Egress\n";
    for file in ["worker", "redis", "jobs/backend-migrate"] {
        let policy = production(&artifacts, &format!("{file}.networkpolicy.yaml"));
        assert!(policy.contains(both), "{policy}");
    }
    for name in ["default-deny", "allow-dns"] {
        let policy = production(&artifacts, &format!("{name}.networkpolicy.yaml"));
        assert!(policy.contains("key: gateway.networking.k8s.io/gateway-name"), "{policy}");
        assert!(policy.contains("key: acme.cert-manager.io/http01-solver"), "{policy}");
    }
}

#[test]
fn only_what_has_a_port_waits_for_its_callers() {
    let waits = |change: fn(&mut Service)| {
        let (artifacts, _) = rendered(|environment| {
            environment.services.iter_mut().for_each(change);
        });
        ["backend", "worker"].map(|name| {
            production(&artifacts, &format!("{name}.deployment.yaml")).contains("preStop:")
        })
    };
    assert_eq!(waits(|_| {}), [true, false]);
    let asked = |service: &mut Service| {
        service.stop.drain = Sourced::written(Seconds::new(5), span());
    };
    assert_eq!(waits(asked), [true, true]);
}

#[test]
fn a_stream_is_cut_only_on_request() {
    let unlimited = |change: fn(&mut Environment)| {
        let (artifacts, _) = rendered(change);
        production(&artifacts, "backend.httproute.yaml").contains("answers may be streams")
    };
    assert!(!unlimited(|_| {}));
    assert!(unlimited(|environment| {
        environment.routes.iter_mut().for_each(|route| route.buffering = false);
    }));
    assert!(unlimited(|environment| {
        let ports = environment.services[0].ports.values_mut();
        ports.for_each(|port| port.protocol = Protocol::Grpc);
    }));
    assert!(!unlimited(|environment| {
        for route in &mut environment.routes {
            route.buffering = false;
            route.timeout = Sourced::written(Seconds::new(5), span());
        }
    }));
}

#[test]
fn only_production_takes_an_inherited_namespace_as_it_is() {
    let mut stack = with_options(&[("namespace", "store")]);
    stack.options = stack.environments[0].options.clone();
    let mut staging = environment("staging", Tier::Staging);
    staging.options = stack.options.clone();
    stack.environments.push(staging);
    let (artifacts, _) = render(&stack);
    assert!(artifacts.get("k8s/production/store.namespace.yaml").is_some());
    assert!(artifacts.get("k8s/staging/store-staging.namespace.yaml").is_some());
    assert!(text(&artifacts, "k8s/kustomization.yaml").ends_with("resources:\n  - production\n"));
    stack.options.clear();
    let (artifacts, _) = render(&stack);
    assert!(artifacts.get("k8s/staging/store.namespace.yaml").is_some(), "its own name stands");
}

#[test]
fn each_option_changes_what_is_written() {
    let (plain, _) = render(&with_options(&[]));
    let bytes = |artifacts: &Artifacts| {
        let pair = |item: &stackc_target::Artifact| (item.path.clone(), item.body.clone());
        artifacts.iter().map(pair).collect::<Vec<_>>()
    };
    for (key, value) in [
        ("namespace", "other"),
        ("min_version", "1.36"),
        ("edge", "ingress"),
        ("class", "other"),
        ("edge_namespace", "other"),
        ("issuer", "other"),
        ("secret_store", "external-secrets"),
        ("storage_class", "other"),
        ("monitoring", "operator"),
        ("monitoring_namespace", "other"),
        ("pull_secret", "other"),
    ] {
        let (changed, _) = render(&with_options(&[(key, value)]));
        assert_ne!(bytes(&plain), bytes(&changed), "{key}");
    }
    let external = ("secret_store", "external-secrets");
    let (one, _) = render(&with_options(&[external]));
    let (other, _) = render(&with_options(&[external, ("secret_store_ref", "other")]));
    assert_ne!(bytes(&one), bytes(&other));
    for (key, value, code) in [
        ("secret_store", "sops", codes::PLANNED),
        ("secret_store", "sealed-secrets", codes::PLANNED),
        ("min_version", "1.20", codes::OUT_OF_RANGE),
    ] {
        let (_, diagnostics) = render(&with_options(&[(key, value)]));
        assert!(diagnostics.iter().any(|diagnostic| diagnostic.code == code), "{key}: {value}");
    }
}

#[test]
fn a_websocket_has_no_time_limit_and_a_stripped_prefix_its_own_rule() {
    let (artifacts, _) = rendered(|environment| {
        environment.routes.push(Route { strip: true, ..route("legacy", 0, "/v1") });
        environment.services[0].routes.push(RouteId::at(3));
    });
    let routes = production(&artifacts, "backend.httproute.yaml");
    assert!(routes.contains("request: 0s # "), "{routes}");
    // Besides the three routes: below the stripped prefix the metrics would be public.
    assert_eq!(routes.matches("    - matches:").count(), 4, "{routes}");
    assert!(routes.contains("value: /v1/metrics\n"), "{routes}");
    assert!(routes.contains("replacePrefixMatch: /\n"), "{routes}");
    assert!(routes.contains("remove:\n              - X-Powered-By\n"), "{routes}");
}

#[test]
fn what_the_edge_cannot_keep_is_told() {
    let limit = Limit {
        name: label("login"),
        span: span(),
        rate: given(Rate { count: 10, window: Seconds::new(60) }),
        paths: Vec::new(),
        methods: Vec::new(),
        mode: given(LimitMode::Average),
        key: given(LimitKey::Address),
        enforce: given(Enforce::Edge),
        exempt: Vec::new(),
    };
    let (_, codes) = rendered(|environment| {
        environment.externals.clear();
        environment.services.iter_mut().for_each(|service| service.needs.clear());
        environment.limits = vec![limit];
    });
    assert!(codes.contains(&codes::APPROXIMATED.id));
    let access = Access { basic: Some(given(name("STAFF"))), allow: Vec::new() };
    let (_, codes) = rendered(|environment| {
        environment.edge.access = BTreeMap::from([(label("default"), given(access))]);
    });
    assert!(codes.contains(&codes::UNSUPPORTED.id));
}

#[test]
fn our_images_run_above_the_users_of_the_nodes_unless_asked() {
    let user = |user| {
        let (artifacts, _) = rendered(|environment| environment.services[1].user = user);
        let text = production(&artifacts, "frontend.deployment.yaml");
        text.contains("runAsUser: 10001")
    };
    assert!(user(given(101)));
    assert!(!user(Sourced::written(101, span())));
}

#[test]
fn readiness_asks_the_path_of_liveness_where_it_has_none() {
    let readiness = |live: Option<&str>| {
        let (artifacts, _) = rendered(|environment| {
            let health = environment.services[0].health.as_mut().unwrap();
            (health.ready, health.live) = (None, live.map(|path| given(path.to_owned())));
        });
        let text = production(&artifacts, "backend.deployment.yaml");
        let probe = text.split("readinessProbe:").nth(1).unwrap();
        probe.lines().nth(1).unwrap().trim().to_owned()
    };
    assert_eq!(
        (readiness(Some("/live")), readiness(None)),
        ("httpGet:".into(), "tcpSocket:".into())
    );
}

#[test]
fn without_a_registry_no_strangers_image_is_pulled() {
    let pulled = |registry: Option<&str>| {
        let mut stack = stack();
        stack.registry = registry.map(|registry| given(registry.to_owned()));
        let (artifacts, diagnostics) = render(&stack);
        let told = diagnostics.iter().filter(|it| it.message.contains("`registry`")).count();
        let policy = |file| {
            let text = production(&artifacts, file);
            text.split("imagePullPolicy: ").nth(1).unwrap().lines().next().unwrap().to_owned()
        };
        let ours = policy("backend.deployment.yaml");
        assert_eq!(policy("jobs/backend-migrate.job.yaml"), ours);
        (ours, policy("postgres.statefulset.yaml"), told)
    };
    assert_eq!(pulled(None), ("Never".into(), "Always".into(), 1));
    assert_eq!(pulled(Some("ghcr.io/acme/shop")), ("Always".into(), "Always".into(), 0));
}

#[test]
fn a_full_volume_of_backups_frees_itself_before_the_dump_and_keeps_the_newest() {
    let (artifacts, _) = rendered(|_| {});
    let script = production(&artifacts, "files/postgres-backup.sh");
    let (prune, dump) = (script.find("-delete").unwrap(), script.find("pg_dump").unwrap());
    assert!(prune < dump && script.matches("-delete").count() == 1, "{script}");
    assert!(script[..prune].contains("! -name \"${newest}.*\""), "{script}");
}

#[test]
fn no_way_out_is_opened_for_a_server_of_files_nor_for_what_nobody_needs() {
    let opened = |kind, needs: bool| {
        let (artifacts, _) = rendered(|environment| {
            environment.services[0].kind = given(kind);
            for service in environment.services.iter_mut().skip(usize::from(needs)) {
                service.needs.retain(|_, need| !matches!(need.target, NeedTarget::External(_)));
            }
        });
        let mut policies = artifacts.iter().filter(|it| it.path.as_str().contains("networkpolicy"));
        policies.any(|it| it.body.text().contains("0.0.0.0/0"))
    };
    assert!(opened(Kind::Node, true));
    assert!(!opened(Kind::Static, true) && !opened(Kind::Node, false));
}
