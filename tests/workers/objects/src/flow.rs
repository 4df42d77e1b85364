use std::cell::Cell;
use std::rc::Rc;

use durable_object::prelude::*;
use durable_object::rpc::{Js, Stream, Streaming};

use crate::time::pause;

/// Sends and receives streams, and values that stay JavaScript's.
#[durable_object]
pub struct Flow {
    ctx: Ctx,
    env: Env,
    made: Rc<Cell<u32>>,
    dropped: Rc<Cell<u32>>,
}

/// Numbers from a producer that waits before each, and notes when it is dropped.
struct Numbers {
    next: u32,
    until: u32,
    made: Rc<Cell<u32>>,
    dropped: Rc<Cell<u32>>,
    waiting: Option<std::pin::Pin<Box<dyn Future<Output = ()>>>>,
}

impl Stream for Numbers {
    type Item = u32;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<u32>> {
        if self.next == self.until {
            return std::task::Poll::Ready(None);
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(pause(1)));
        std::task::ready!(waiting.as_mut().poll(cx));
        self.waiting = None;
        self.next += 1;
        self.made.set(self.made.get() + 1);
        std::task::Poll::Ready(Some(self.next))
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        self.dropped.set(self.dropped.get() + 1);
    }
}

/// The numbers as server-sent events. There is none for 13.
struct Events(Numbers);

impl Stream for Events {
    type Item = Result<Vec<u8>>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Vec<u8>>>> {
        let event = |number| match number {
            13 => Err(Error::new("unlucky")),
            _ => Ok(format!("data: {number}\n\n").into_bytes()),
        };
        std::pin::Pin::new(&mut self.0).poll_next(cx).map(|number| number.map(event))
    }
}

#[durable_object]
impl Flow {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Self {
        Self { ctx, env, made: Rc::default(), dropped: Rc::default() }
    }

    /// 1, 2, 3, … as they are asked for.
    #[rpc]
    pub fn count(&self, until: u32) -> impl Stream<Item = u32> {
        let (made, dropped) = (Rc::clone(&self.made), Rc::clone(&self.dropped));
        Numbers { next: 0, until, made, dropped, waiting: None }
    }

    /// As many numbers as the path says, as server-sent events.
    #[fetch]
    fn events(&self, request: Request) -> Result<Response> {
        let until = request.path().trim_start_matches('/').parse().map_err(|_| Error::new("no number"))?;
        let (made, dropped) = (Rc::clone(&self.made), Rc::clone(&self.dropped));
        let numbers = Numbers { next: 0, until, made, dropped, waiting: None };
        let mut response = Streaming::new(Events(numbers)).into_response()?;
        response.headers_mut().set("Content-Type", "text/event-stream")?;
        Ok(response)
    }

    /// How many numbers were made, and how many streams of them are gone.
    #[rpc]
    pub fn counts(&self) -> (u32, u32) {
        (self.made.get(), self.dropped.get())
    }

    /// Rows of a query, until one is wrong.
    #[rpc]
    pub async fn rows(&self, statement: String) -> Result<impl Stream<Item = Result<i64>>> {
        Ok(self.ctx.sql().query::<i64>(&statement, ())?.stream())
    }

    /// Bytes that are counted.
    #[rpc]
    pub async fn size(&self, mut bytes: Streaming<Vec<u8>>) -> Result<usize> {
        let mut size = 0;
        while let Some(piece) = bytes.next().await {
            size += piece?.len();
        }
        Ok(size)
    }

    /// The first of some items; the others are not read.
    #[rpc]
    pub async fn first(&self, mut items: Streaming<u32>) -> Result<Option<u32>> {
        items.next().await.transpose()
    }

    /// Gives back what it is given, item by item.
    #[rpc]
    pub fn pass_on(&self, items: Streaming<u32>) -> Streaming<u32> {
        items
    }

    /// Has another object count, sends that through a third, and adds it up.
    #[rpc]
    pub async fn sum_through(&self, until: u32) -> Result<u32> {
        let numbers = Self::named(&self.env, "one that counts")?.count(until).await?;
        let mut numbers = Self::named(&self.env, "one that passes on")?.pass_on(numbers).await?;
        let mut sum = 0;
        while let Some(number) = numbers.next().await {
            sum += number?;
        }
        Ok(sum)
    }

    /// The first of another object's numbers; the others are not read.
    #[rpc]
    pub async fn first_of(&self, until: u32) -> Result<Option<u32>> {
        let mut numbers = Self::named(&self.env, "one that counts")?.count(until).await?;
        numbers.next().await.transpose()
    }

    /// Any value, as it is.
    #[rpc]
    pub fn anything(&self, value: Js) -> Js {
        value
    }

    /// A `Map` and nothing else.
    #[rpc]
    pub fn only_a_map(&self, value: Js<js_sys::Map>) -> u32 {
        value.0.size()
    }
}
