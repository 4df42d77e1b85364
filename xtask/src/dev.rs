//! `cargo xtask dev`: the todomvc worker and its page, served locally.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::build;
use crate::npm::Npm;
use crate::process::{self, Group};
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;

/// Wrangler's own default.
const DEFAULT_PORT: u16 = 8787;

/// How many ports are tried from there, if none was asked for.
const TRIES: u16 = 100;

/// How long wrangler may take to answer.
const START: Duration = Duration::from_secs(120);

/// Runs the command; it ends when wrangler does or on Ctrl-C.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let port = match args {
        [] => free_port(DEFAULT_PORT)?,
        [flag, port] if flag == "--port" => {
            let port = port.parse().with_context(|| format!("`{port}` is no port"))?;
            if !is_free(port) {
                bail!("port {port} is taken; another one: `cargo xtask dev --port {}`", free_port(port)?);
            }
            port
        }
        _ => bail!("usage: cargo xtask dev [--port N]"),
    };
    let toolchain = WasmToolchain::install(workspace)?;
    let npm = Npm::install(workspace)?;
    build::build_default(workspace, &toolchain, &npm)?;
    build_page(workspace, &npm)?;

    let inspector = free_port(port + 1)?;
    let mut wrangler = Group::start(
        npm.tool("wrangler")?
            .args(["dev", "--local", "--ip", "127.0.0.1"])
            .args(["--port", &port.to_string()])
            .args(["--inspector-port", &inspector.to_string()])
            .current_dir(workspace.root())
            .stdin(Stdio::null()),
    )?;
    let deadline = Instant::now() + START;
    while !answers(port) {
        if wrangler.exited()?.is_some() {
            bail!("wrangler ended before it answered");
        }
        if Instant::now() > deadline {
            bail!("wrangler did not answer within {} s", START.as_secs());
        }
        thread::sleep(Duration::from_millis(100));
    }
    println!("\ntodomvc is on http://127.0.0.1:{port}/ (Ctrl-C stops it)\n");
    loop {
        if let Some(status) = wrangler.exited()? {
            bail!("wrangler ended ({status})");
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// Builds the page of the todomvc worker.
pub(crate) fn build_page(workspace: &Workspace, npm: &Npm) -> Result<()> {
    let web = workspace.root().join("examples/todomvc/web");
    let mut command = npm.node(&web.join("build.mjs"))?;
    command.current_dir(workspace.root());
    process::run(&mut command, Duration::from_secs(300)).context("building the web page failed")
}

fn free_port(from: u16) -> Result<u16> {
    (from..from.saturating_add(TRIES))
        .find(|port| is_free(*port))
        .with_context(|| format!("no port from {from} on is free"))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Whether an HTTP server answers on this port.
fn answers(port: u16) -> bool {
    let exchange = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut start = [0; 5];
        stream.read_exact(&mut start)?;
        Ok(&start == b"HTTP/")
    };
    exchange().unwrap_or(false)
}
