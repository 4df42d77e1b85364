//! `cargo xtask dev`: an example, served locally.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::build;
use crate::in_place;
use crate::npm::Npm;
use crate::process::{self, Group};
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;

/// Wrangler's own default.
const DEFAULT_PORT: u16 = 8787;

/// How many ports are tried from there, if none was asked for.
const TRIES: u16 = 100;

/// How long wrangler may take to answer; it may have the example to compile.
const START: Duration = Duration::from_secs(600);

/// What to serve, and where.
struct Arguments {
    example: String,
    port: u16,
}

/// Runs the command; it ends when wrangler does or on Ctrl-C.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let Arguments { example, port } = parse(args)?;
    let toolchain = WasmToolchain::install(workspace)?;
    let npm = Npm::install(workspace)?;
    let dir = if example == build::DEFAULT_PACKAGE {
        build::build_default(workspace, &toolchain, &npm)?;
        build_page(workspace, &npm)?;
        workspace.root().to_owned()
    } else {
        workspace.root().join("examples").join(&example)
    };
    if !dir.join("wrangler.toml").exists() {
        bail!("there is no example `{example}`");
    }

    let inspector = free_port(port + 1)?;
    let mut wrangler = Group::start(
        npm.tool("wrangler")?
            .args(["dev", "--local", "--ip", "127.0.0.1"])
            .args(["--port", &port.to_string()])
            .args(["--inspector-port", &inspector.to_string()])
            .env("PATH", npm.path(&[in_place::tools(workspace)?])?)
            .current_dir(dir)
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
    println!("\n{example} is on http://127.0.0.1:{port}/ (Ctrl-C stops it)\n");
    loop {
        if let Some(status) = wrangler.exited()? {
            bail!("wrangler ended ({status})");
        }
        thread::sleep(Duration::from_millis(200));
    }
}

fn parse(args: &[String]) -> Result<Arguments> {
    let (mut example, mut port) = (None, None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--port" => {
                let number = args.next().context("`--port` needs a number")?;
                port = Some(number.parse().with_context(|| format!("`{number}` is no port"))?);
            }
            name if example.is_none() && !name.starts_with('-') => example = Some(name),
            _ => bail!("usage: cargo xtask dev [EXAMPLE] [--port N]"),
        }
    }
    let port = match port {
        None => free_port(DEFAULT_PORT)?,
        Some(port) if is_free(port) => port,
        Some(port) => {
            bail!("port {port} is taken; another one: `cargo xtask dev --port {}`", free_port(port)?)
        }
    };
    Ok(Arguments { example: example.unwrap_or(build::DEFAULT_PACKAGE).to_owned(), port })
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
