//! A language client over standard input and output, just large enough to ask the server things.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde_json::{Value, json};

/// How long the server may take over one answer; on a busy machine its start takes seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server. It dies with this value.
pub(crate) struct Client {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    settings: Value,
    requests: u64,
    documents: u64,
    /// Why nothing more is asked of it.
    dead: Option<String>,
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Client {
    /// Starts the server for a schema and agrees on what it does.
    pub(crate) fn start(server: &Path, schema: &Path) -> Result<Self, Failed> {
        let mut child = Command::new(server)
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}; run tools/install.sh", server.display()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the server has no pipes".into());
        };
        let (sender, messages) = channel();
        std::thread::spawn(move || listen(output, &sender));
        let association = json!({ format!("file://{}", schema.display()): "*.yaml" });
        let settings = json!({ "schemas": association, "validate": true, "hover": true,
            "completion": true, "schemaStore": { "enable": false } });
        let (requests, documents, dead) = (0, 0, None);
        let mut client = Self { child, input, messages, settings, requests, documents, dead };
        let markdown = ["markdown", "plaintext"];
        let abilities = json!({
            "completion": { "completionItem": {
                "documentationFormat": markdown, "snippetSupport": true } },
            "hover": { "contentFormat": markdown },
            "publishDiagnostics": {},
        });
        client.request(
            "initialize",
            &json!({ "processId": std::process::id(), "rootUri": null,
                "capabilities": { "textDocument": abilities } }),
        )?;
        client.notify("initialized", &json!({}))?;
        let settings = json!({ "settings": { "yaml": client.settings } });
        client.notify("workspace/didChangeConfiguration", &settings)?;
        client.warm_up()?;
        Ok(client)
    }

    /// The server takes its settings and the schema in its own time; until then it offers nothing.
    fn warm_up(&mut self) -> Result<(), Failed> {
        let end = Instant::now() + PATIENCE;
        while !self.ask("textDocument/completion", "‸")?.to_string().contains("\"stack\"") {
            if Instant::now() > end {
                return Err("the server does not take the schema".into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Opens a document of its own for a text.
    fn open(&mut self, text: &str) -> Result<String, Failed> {
        self.documents += 1;
        let uri = format!("file:///case/{}.yaml", self.documents);
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }))?;
        Ok(uri)
    }

    /// What the server answers to a question about the place of the cursor.
    pub(crate) fn ask(&mut self, method: &str, marked: &str) -> Result<Value, Failed> {
        let (text, position) = cursor(marked)?;
        let uri = self.open(&text)?;
        self.request(method, &json!({ "textDocument": { "uri": uri }, "position": position }))
    }

    /// What the server has against a text: lines from 1, and messages.
    pub(crate) fn diagnostics(&mut self, text: &str) -> Result<Vec<(u64, String)>, Failed> {
        let uri = self.open(text)?;
        let published = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri.as_str()
        })?;
        let Some(found) = published["params"]["diagnostics"].as_array() else {
            return Err("no list of diagnostics".into());
        };
        let line = |it: &Value| it["range"]["start"]["line"].as_u64().map_or(0, |line| line + 1);
        let message = |it: &Value| it["message"].as_str().unwrap_or("").to_owned();
        Ok(found.iter().map(|it| (line(it), message(it))).collect())
    }

    fn notify(&mut self, method: &str, params: &Value) -> Result<(), Failed> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    fn request(&mut self, method: &str, params: &Value) -> Result<Value, Failed> {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let answer = self.wait(|it| it["id"] == id && it.get("method").is_none())?;
        match answer.get("error") {
            Some(error) => Err(format!("{method}: {error}").into()),
            None => Ok(answer["result"].clone()),
        }
    }

    fn send(&mut self, message: &Value) -> Result<(), Failed> {
        if let Some(reason) = &self.dead {
            return Err(format!("the server is given up: {reason}").into());
        }
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(self.input.flush()?)
    }

    /// The next message that is meant; what the server asks meanwhile is answered.
    fn wait(&mut self, meant: impl Fn(&Value) -> bool) -> Result<Value, Failed> {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(error) => {
                    self.dead = Some(error.to_string());
                    let _ = self.child.kill();
                    return Err(format!("no answer from the server: {error}").into());
                }
            };
            if meant(&message) {
                return Ok(message);
            }
            if message.get("method").is_some() && message.get("id").is_some() {
                let sections = message["params"]["items"].as_array().into_iter().flatten();
                let answers = sections.map(|item| match item["section"] == "yaml" {
                    true => self.settings.clone(),
                    false => Value::Null,
                });
                let result = match message["method"] == "workspace/configuration" {
                    true => answers.collect(),
                    false => Value::Null,
                };
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }))?;
            }
        }
    }
}

/// Reads messages until the server closes its output.
fn listen(output: ChildStdout, sender: &Sender<Value>) -> Option<()> {
    let mut output = BufReader::new(output);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if output.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().ok()?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        output.read_exact(&mut body).ok()?;
        sender.send(serde_json::from_slice(&body).ok()?).ok()?;
    }
}

/// A text without its cursor `‸`, and where that stood, in UTF-16 units.
fn cursor(marked: &str) -> Result<(String, Value), Failed> {
    let (before, after) = marked.split_once('‸').ok_or("the case has no cursor ‸")?;
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or("").encode_utf16().count();
    Ok((format!("{before}{after}"), json!({ "line": line, "character": column })))
}
