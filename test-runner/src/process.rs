//! Child processes that never outlive their time or this process.
//!
//! Each child leads a process group of its own, so that it is ended together with all it started.

use std::io::{BufRead, BufReader, ErrorKind};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The time between the request to end and the end by force.
const GRACE: Duration = Duration::from_millis(1500);

/// The groups that are alive, by the process id of their leader.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Ends all children when this process is asked to end.
pub fn stop_children_on_signal() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot handle signals")?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // The lock is kept, so that no group can be added any more.
            let groups = lock_groups();
            for leader in groups.iter() {
                signal_group("TERM", *leader);
            }
            thread::sleep(GRACE);
            for leader in groups.iter() {
                signal_group("KILL", *leader);
            }
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// A running child and all that it started; dropping it ends them.
pub struct Group {
    name: String,
    child: Child,
}

impl Group {
    /// Starts the command.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut groups = lock_groups();
        let child = command.process_group(0).spawn().map_err(|error| {
            let hint = match error.kind() {
                ErrorKind::NotFound => ": is it installed and on the PATH?",
                _ => "",
            };
            anyhow::Error::new(error).context(format!("cannot start `{name}`{hint}"))
        })?;
        groups.push(child.id());
        Ok(Self { name, child })
    }

    /// Waits for the child to end; after `limit` it is ended and the result is an error.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if let Some(status) = self.exited()? {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.stop();
        bail!("`{}` was ended after {} s", self.name, limit.as_secs())
    }

    /// The child's exit status, if it has ended.
    pub fn exited(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("cannot wait for `{}`", self.name))
    }

    /// Calls `line` for each line the child prints, on another thread.
    pub fn for_each_line(
        &mut self,
        mut line: impl FnMut(&str) + Send + 'static,
    ) -> Result<thread::JoinHandle<()>> {
        let stdout = self.child.stdout.take().context("the child's output is not captured")?;
        Ok(thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            let mut bytes = Vec::new();
            while reader.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
                line(String::from_utf8_lossy(&bytes).trim_end());
                bytes.clear();
            }
        }))
    }

    /// Ends the group: first politely, so that its members can end their own children.
    pub fn stop(&mut self) {
        if matches!(self.exited(), Ok(None)) {
            signal_group("TERM", self.child.id());
            let deadline = Instant::now() + GRACE;
            while matches!(self.exited(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(10));
            }
        }
        signal_group("KILL", self.child.id());
        let _ = self.child.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.stop();
        lock_groups().retain(|leader| *leader != self.child.id());
    }
}

/// Runs a command to its end, its output shown; a failure is an error.
pub fn run(command: &mut Command, limit: Duration) -> Result<()> {
    let mut group = Group::start(command)?;
    let status = group.wait(limit)?;
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(())
}

/// Runs a command to its end and returns what it printed.
pub fn output(command: &mut Command, limit: Duration) -> Result<String> {
    let mut group = Group::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let (sender, receiver) = std::sync::mpsc::channel();
    let reader = group.for_each_line(move |line| {
        // The receiver lives until the reader has ended.
        let _ = sender.send(line.to_owned());
    })?;
    let status = group.wait(limit)?;
    drop(group);
    if reader.join().is_err() {
        bail!("reading the output of `{}` failed", describe(command));
    }
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(receiver.iter().collect::<Vec<_>>().join("\n"))
}

/// The command as one would type it.
fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

fn lock_groups() -> std::sync::MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Sends a signal to a process group. A group that is gone already is no error.
fn signal_group(signal: &str, leader: u32) {
    let _ = Command::new("sh")
        .args(["-c", "kill -s \"$0\" -- \"-$1\" 2>/dev/null"])
        .arg(signal)
        .arg(leader.to_string())
        .status();
}
