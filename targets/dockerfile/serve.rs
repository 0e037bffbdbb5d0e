//! The configuration of the web server in an image of static files, from the directive tree of nginx.

use stackc_model::{Kind, Service, StaticFiles};
use stackc_source::{Diagnostic, Diagnostics, Span, codes};

use crate::nginx::conf::{Arg, Directive, Fault, block, entry, line, one, plain, write};

/// The file's text; `None` for a service that serves no files, or where a value does not fit.
pub(super) fn configuration(service: &Service, diagnostics: &mut Diagnostics) -> Option<String> {
    let files = service.files_served.as_ref()?;
    let port = *service.main_port()?.1.number;
    let mut main = vec![
        plain("daemon", "off"),
        // As many as there are processors would not fit into the memory of one small container.
        plain("worker_processes", "2"),
        plain("worker_rlimit_nofile", "2048"),
        plain("pid", "/tmp/nginx.pid"),
        plain("error_log", "stderr warn"),
        block("events", [], vec![plain("worker_connections", "1024")]),
    ];
    let mut http = basics();
    let hashed = *service.kind == Kind::Vite;
    if hashed {
        let kept = vec![
            entry("default".into(), ["no-cache".into()]),
            entry("~^/assets/".into(), ["public, max-age=31536000, immutable".into()]),
        ];
        http.push(
            block("map", ["$uri".into(), "$kept".into()], kept)
                .comment("What has a hash in its name never changes; all else is asked for anew."),
        );
    }
    match server(hashed, files, port) {
        Ok(server) => http.push(server),
        Err((Fault(why), span)) => {
            let message = format!("nginx cannot carry the page for unknown paths: {why}");
            diagnostics.push(Diagnostic::new(
                codes::CANNOT_CARRY,
                span.unwrap_or(service.span),
                message,
            ));
            return None;
        }
    }
    main.push(block("http", [], http));
    Some(write(&main))
}

/// What holds for every answer. All that is written goes to `/tmp`: the root is read-only.
fn basics() -> Vec<Directive> {
    let temporary = ["client_body", "fastcgi", "proxy", "scgi", "uwsgi"];
    let names = [
        "client_body_temp_path",
        "fastcgi_temp_path",
        "proxy_temp_path",
        "scgi_temp_path",
        "uwsgi_temp_path",
    ];
    let paths =
        names.into_iter().zip(temporary).map(|(name, part)| one(name, format!("/tmp/{part}")));
    let mut http = vec![
        plain("include", "/etc/nginx/mime.types"),
        plain("default_type", "application/octet-stream"),
        plain("charset", "utf-8"),
        plain("server_tokens", "off"),
        plain("sendfile", "on"),
        plain("tcp_nopush", "on"),
    ];
    http.extend(log());
    http.extend(paths);
    http.extend([
        plain("gzip", "on").comment("Files that were packed when the image was built go out as they are."),
        plain("gzip_static", "on"),
        plain("gzip_vary", "on"),
        plain("gzip_proxied", "any"),
        plain("gzip_types", "application/javascript application/json application/manifest+json image/svg+xml text/css text/plain"),
        plain("open_file_cache", "max=1000 inactive=60s"),
        // Behind the edge the port and the scheme are others.
        plain("absolute_redirect", "off"),
    ]);
    http
}

/// The log: without queries, which are the edge's to log or to leave out, and by the name under which
/// the edge knows the request.
fn log() -> [Directive; 3] {
    let asked = vec![entry("default".into(), ["$uri".into()])];
    let format = ["$remote_addr [$time_iso8601] ", r#""$request_method $asked $server_protocol" "#]
        .into_iter()
        .chain(["$status $body_bytes_sent $request_time ", r#""$http_x_request_id""#]);
    let format = ["asked".into(), "escape=default".into()].into_iter().chain(format.map(Arg::from));
    [
        block("map", ["$uri".into(), "$asked".into()], asked)
            .comment("Queries and referrers may hold secrets, and stay out of the log."),
        line("log_format", format).stacked(),
        plain("access_log", "/dev/stdout asked"),
    ]
}

/// What a browser loads for a page, and what robots ask for: no page of an application is called so.
const FILES: &str =
    "avif|css|gif|ico|jpe?g|js|json|map|mjs|png|svg|ttf|txt|wasm|webmanifest|webp|woff2?|xml";

fn server(
    hashed: bool,
    files: &StaticFiles,
    port: u16,
) -> Result<Directive, (Fault, Option<Span>)> {
    let mut items = vec![
        one("listen", port.to_string()),
        plain("server_name", "_"),
        plain("root", "/srv/www"),
        plain("set", "$decided $asked")
            .comment("The log has the path that was asked for, not the file that answers."),
        line(
            "add_header",
            ["Cache-Control".into(), if hashed { "$kept" } else { "no-cache" }.into()],
        ),
    ];
    if let Some(page) = &files.not_found {
        let path = format!("/{}", page.trim_start_matches("./"));
        let fault = |fault| (fault, page.origin.span());
        let arg = Arg::evaluated(&path).map_err(fault)?;
        items.push(line("error_page", ["404".into(), arg]));
        let exact = Arg::literal(&path).map_err(fault)?;
        items.push(block("location", ["=".into(), exact], vec![line("internal", [])]));
    }
    let mut tried: Vec<Arg> = vec!["$uri".into()];
    if *files.clean_urls {
        tried.push("$uri.html".into());
    }
    tried.push("$uri/".into());
    tried.push(if *files.spa { "/index.html".into() } else { "=404".into() });
    items.push(block("location", ["/".into()], vec![line("try_files", tried)]));
    let known = vec![plain("try_files", "$uri =404")];
    items.push(block("location", ["/.well-known/".into()], known));
    if hashed {
        items.push(
            block("location", ["/assets/".into()], vec![plain("try_files", "$uri =404")]).comment(
                "A missing asset is missing: the front page would be kept in its place for a year.",
            ),
        );
    }
    items.push(
        block("location", ["~".into(), r"/\.(?!well-known/)".into()], vec![plain("return", "404")])
            .comment("What begins with a dot was never meant to be seen."),
    );
    if *files.spa {
        let named = Arg::ours(format!("[.](?:{FILES})$"));
        let known = vec![plain("try_files", "$uri =404")];
        let files = block("location", ["~*".into(), named], known);
        items
            .push(files.comment("The front page is no answer to whoever asks for a missing file."));
    }
    Ok(block("server", [], items))
}
