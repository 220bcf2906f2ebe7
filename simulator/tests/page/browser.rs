//! Chromium without a window, driven over its DevTools protocol through a pipe: no port, no library.
//!
//! Protocol: <https://chromedevtools.github.io/devtools-protocol/>; over a pipe each message ends with a zero
//! byte, and Chromium reads on descriptor 3 and writes on 4.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A browser with one page open.
pub struct Browser {
    process: Child,
    into: ChildStdin,
    out: BufReader<ChildStdout>,
    session: Option<String>,
    sent: u64,
    /// What the page told that nobody has asked for yet.
    events: VecDeque<Value>,
    profile: PathBuf,
}

impl Browser {
    /// Starts one. None where Chromium is not installed.
    pub fn start(scratch: &Path) -> Option<Browser> {
        Command::new("chromium")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .ok()
            .filter(|status| status.success())?;
        let profile = scratch.join("profile");
        // No sandbox: tests may run as root, and the page is our own.
        let command = "exec chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
            --disable-background-networking --disable-component-update --disable-dev-shm-usage \
            --remote-debugging-pipe --user-data-dir=\"$0\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null";
        let mut process = Command::new("sh")
            .arg("-c")
            .arg(command)
            .arg(&profile)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let mut browser = Browser {
            into: process.stdin.take().unwrap(),
            out: BufReader::new(process.stdout.take().unwrap()),
            process,
            session: None,
            sent: 0,
            events: VecDeque::new(),
            profile,
        };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Asks for something and gives the answer.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = Value::from(session.as_str());
        }
        self.into
            .write_all(format!("{message}\0").as_bytes())
            .expect("the browser listens");
        loop {
            let mut answer = self.read();
            if answer["id"] == self.sent {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
            self.events.push_back(answer);
        }
    }

    fn read(&mut self) -> Value {
        let mut message = Vec::new();
        self.out
            .read_until(0, &mut message)
            .expect("the browser answers");
        assert_eq!(message.pop(), Some(0), "the browser has ended");
        serde_json::from_slice(&message).expect("the browser speaks JSON")
    }

    /// Opens a file, and waits until all of it is there.
    pub fn open(&mut self, page: &Path, width: u32, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.call(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [feature] }),
        );
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let url = format!("file://{}", page.display());
        self.call("Page.navigate", &json!({ "url": url }));
        loop {
            let loaded = |event: &Value| event["method"] == "Page.loadEventFired";
            if let Some(at) = self.events.iter().position(loaded) {
                self.events.remove(at);
                return;
            }
            let event = self.read();
            self.events.push_back(event);
        }
    }

    /// The value of an expression of JavaScript in the page; of a promise, what it comes to.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", &params);
        let wrong = &answer["exceptionDetails"];
        assert!(wrong.is_null(), "{expression}: {wrong}");
        answer["result"]["value"].take()
    }

    /// Moves the pointer, as a user does.
    pub fn point(&mut self, x: f64, y: f64) {
        let params = json!({ "type": "mouseMoved", "x": x, "y": y });
        self.call("Input.dispatchMouseEvent", &params);
    }

    /// What went wrong in the page, and all that it asked of anything but itself, since it was asked last.
    pub fn complaints(&mut self) -> Vec<String> {
        // What is told before an answer has come by then.
        self.value("0");
        let events = std::mem::take(&mut self.events);
        let wrong = events.iter().filter_map(|event| {
            let params = &event["params"];
            match event["method"].as_str()? {
                "Runtime.exceptionThrown" | "Log.entryAdded" => Some(params.to_string()),
                "Runtime.consoleAPICalled" => Some(params["args"].to_string()),
                "Network.requestWillBeSent" => {
                    let url = params["request"]["url"].as_str()?;
                    (!url.starts_with("file:")).then(|| format!("asks for {url}"))
                }
                _ => None,
            }
        });
        wrong.collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
