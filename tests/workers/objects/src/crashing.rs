use std::cell::Cell;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use durable_object::prelude::*;
use durable_object::rpc::{Stream, Streaming};
use js_sys::futures::{JsFuture, spawn_local};
use wasm_bindgen::prelude::*;

use crate::time::{pause, timer};

#[wasm_bindgen]
extern "C" {
    // Not `catch`: what it throws passes through Rust's frames.
    #[wasm_bindgen(js_name = decodeURIComponent)]
    fn decode_uri_component(text: &str) -> String;
}

thread_local! {
    static OTHERS_RUN: Cell<u32> = const { Cell::new(0) };
}

/// Crashes in all the ways there are, after having stored something.
#[durable_object]
pub struct Crashing {
    ctx: Ctx,
    calls: u32,
}

#[durable_object]
#[expect(clippy::panic, reason = "what is under test")]
impl Crashing {
    #[init]
    async fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().execute("CREATE TABLE IF NOT EXISTS crashes (kind TEXT NOT NULL)", ())?;
        pause(1).await;
        Ok(Self { ctx, calls: 0 })
    }

    /// Calls since it woke, this one included.
    #[rpc]
    pub fn calls(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }

    /// The crashes it was asked for, in order.
    #[rpc]
    pub fn crashes(&self) -> Result<Vec<String>> {
        self.ctx.sql().query("SELECT kind FROM crashes ORDER BY rowid", ())?.all()
    }

    /// Panics at once.
    #[rpc]
    pub fn panic(&self) -> Result<()> {
        self.store("panic")?;
        panic!("on purpose, at once");
    }

    /// Panics while alone.
    #[rpc]
    pub fn panic_alone(&mut self) -> Result<()> {
        self.store("panicAlone")?;
        panic!("on purpose, alone");
    }

    /// Panics before it waits.
    #[rpc]
    pub async fn panic_before_await(&self) -> Result<()> {
        self.store("panicBeforeAwait")?;
        if black_box(true) {
            panic!("on purpose, before");
        }
        pause(1).await;
        Ok(())
    }

    /// Panics after having waited.
    #[rpc]
    pub async fn panic_after_await(&mut self) -> Result<()> {
        self.store("panicAfterAwait")?;
        pause(1).await;
        panic!("on purpose, after");
    }

    /// Answers, and panics later.
    #[rpc]
    pub fn panic_in_background(&self) -> Result<()> {
        self.store("panicInBackground")?;
        self.ctx.wait_until::<Error>(async {
            pause(1).await;
            panic!("on purpose, in the background");
        });
        Ok(())
    }

    /// Has its alarm go off at once, which panics the first time.
    #[rpc]
    pub async fn panic_in_alarm(&self) -> Result<()> {
        self.ctx.alarm().set(Duration::ZERO).await
    }

    #[alarm]
    fn alarm(&self, info: AlarmInfo) -> Result<()> {
        self.store(if info.is_retry { "retried" } else { "panicInAlarm" })?;
        if !info.is_retry {
            panic!("on purpose, in an alarm");
        }
        Ok(())
    }

    /// Executes an instruction that traps.
    #[rpc]
    pub fn trap(&self) -> Result<()> {
        self.store("trap")?;
        trap()
    }

    /// The same after having waited.
    #[rpc]
    pub async fn trap_after_await(&self) -> Result<()> {
        self.store("trapAfterAwait")?;
        pause(1).await;
        trap()
    }

    /// Recurses without end.
    #[rpc]
    pub fn overflow(&self) -> Result<u64> {
        self.store("overflow")?;
        Ok(recurse(black_box(1)))
    }

    /// Asks for more memory than there is.
    #[rpc]
    pub fn exhaust(&self) -> Result<usize> {
        self.store("exhaust")?;
        // Sixteen times a quarter of the address space: reserved, never touched.
        let hoard: Vec<Vec<u8>> = (0..16).map(|_| black_box(Vec::with_capacity(1 << 30))).collect();
        Ok(hoard.len())
    }

    /// Panics with rows in hand that nobody has read.
    #[rpc]
    pub fn panic_with_rows_unread(&self) -> Result<()> {
        let store = "INSERT INTO crashes VALUES ('panicWithRowsUnread') RETURNING kind";
        let _unread = self.ctx.sql().query::<String>(store, ())?;
        panic!("on purpose, with rows unread");
    }

    /// Has JavaScript throw through it.
    #[rpc]
    pub fn throw(&self) -> Result<String> {
        self.store("throw")?;
        Ok(decode_uri_component("%"))
    }

    /// The same after having waited.
    #[rpc]
    pub async fn throw_after_await(&self) -> Result<String> {
        self.store("throwAfterAwait")?;
        pause(1).await;
        Ok(decode_uri_component("%"))
    }

    /// Has JavaScript throw through it just before a task runs that belongs to no object.
    #[rpc]
    pub async fn throw_before_another(&self) -> Result<String> {
        let timer = timer(1);
        let first = JsFuture::from(timer.clone());
        spawn_local(async move {
            let _ = JsFuture::from(timer).await;
            OTHERS_RUN.set(OTHERS_RUN.get() + 1);
        });
        let _ = first.await;
        Ok(decode_uri_component("%"))
    }

    /// How many such tasks have run in this instance.
    #[rpc]
    pub fn others_run(&self) -> u32 {
        OTHERS_RUN.get()
    }

    /// Panics in a transaction.
    #[rpc]
    pub fn panic_in_transaction(&self) -> Result<()> {
        self.store("before")?;
        self.ctx.transaction(|_| -> Result<()> {
            self.store("panicInTransaction")?;
            panic!("on purpose, in a transaction");
        })
    }

    /// Counts down as it is read, and then panics.
    #[rpc]
    pub fn count_down(&self, from: u32) -> impl Stream<Item = u32> {
        Countdown { left: from, waiting: Box::pin(pause(1)) }
    }

    /// Reads a stream to its end.
    #[rpc]
    pub async fn read(&self, mut bytes: Streaming<Vec<u8>>) -> Result<()> {
        while let Some(piece) = bytes.next().await {
            piece?;
        }
        Ok(())
    }

    /// Stores something while everything else waits.
    #[rpc]
    pub async fn store_undisturbed(&self, kind: String, ms: u32) -> Result<()> {
        let ctx = self.ctx.clone();
        let task = async move {
            pause(ms).await;
            ctx.sql().execute("INSERT INTO crashes VALUES (?1)", (kind,)).map(drop)
        };
        self.ctx.block_concurrency_while(task).await?
    }

    /// Stores something later.
    #[rpc]
    pub async fn store_later(&self, kind: String, ms: u32) -> Result<()> {
        pause(ms).await;
        self.store(&kind)
    }

    fn store(&self, kind: &str) -> Result<()> {
        self.ctx.sql().execute("INSERT INTO crashes VALUES (?1)", (kind,))?;
        Ok(())
    }
}

/// Numbers down to one, with waits in between; then it panics.
struct Countdown {
    left: u32,
    waiting: Pin<Box<dyn Future<Output = ()>>>,
}

impl Stream for Countdown {
    type Item = u32;

    #[expect(clippy::panic, reason = "what is under test")]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        ready!(self.waiting.as_mut().poll(cx));
        if self.left == 0 {
            panic!("on purpose, in a stream");
        }
        self.waiting = Box::pin(pause(1));
        self.left -= 1;
        Poll::Ready(Some(self.left + 1))
    }
}

fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    std::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort();
}

#[expect(unconditional_recursion, reason = "what is under test")]
fn recurse(depth: u64) -> u64 {
    // A frame too large to be optimised away.
    let frame = black_box([depth; 64]);
    recurse(depth + 1) + black_box(frame)[63]
}
