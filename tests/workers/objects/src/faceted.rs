use durable_object::object::Facet;
use durable_object::prelude::*;
use durable_object::socket::TcpSocket;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::time::pause;

/// An object with others in it.
#[durable_object]
pub struct Faceted {
    ctx: Ctx,
}

/// One of those: its class has no binding.
#[durable_object]
pub struct Part {
    ctx: Ctx,
    boots: u32,
}

/// The props that a part gets from the object that it is in.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The owner of the task.
    pub owner: String,
    /// The limit of the task.
    pub limit: Option<u64>,
}

/// The start of a part.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The id that the part gets.
    pub id: Option<String>,
    /// The task that the part gets.
    pub task: Option<Task>,
}

/// The facts about an object, from its stub and from the object itself.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The id, from the stub.
    pub id: String,
    /// The name, from the stub.
    pub name: Option<String>,
    /// The id, from the object.
    pub own_id: String,
    /// The name, from the object.
    pub own_name: Option<String>,
    /// The task that it got.
    pub task: Option<Task>,
}

#[durable_object]
impl Part {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        let boots = ctx.kv().get_or("boots", 0)? + 1;
        ctx.kv().put("boots", &boots)?;
        Ok(Self { ctx, boots })
    }

    /// Its id, its name and what it was told.
    #[rpc]
    pub fn about(&self) -> Result<(String, Option<String>, Option<Task>)> {
        Ok((self.ctx.id(), self.ctx.name(), self.ctx.props().ok()))
    }

    /// Adds to its own sum, and gives that and how often it was started.
    #[rpc]
    pub fn add(&self, by: i64) -> Result<(i64, u32)> {
        let sum = self.ctx.kv().get_or("sum", 0)? + by;
        self.ctx.kv().put("sum", &sum)?;
        Ok((sum, self.boots))
    }

    /// Never answers.
    #[rpc]
    pub async fn hang(&self) {
        std::future::pending().await
    }

    /// Panics.
    #[rpc]
    pub fn crash(&self) {
        #[expect(clippy::panic, reason = "that is what it is for")]
        {
            panic!("on purpose");
        }
    }

    /// Returns the platform's answer to an alarm.
    #[rpc]
    pub async fn set_alarm(&self) -> Result<()> {
        self.ctx.alarm().set(std::time::Duration::ZERO).await
    }

    /// Calls the object that it is in, whose id it has.
    #[rpc]
    pub async fn call_around(&self) -> Result<i64> {
        Faceted::exported()?.from_id(&self.ctx.id())?.sum().await
    }

    /// How many parts fit into each other below this one, and what is said of one more.
    #[rpc]
    pub async fn depth(&self) -> Result<(u32, String)> {
        let inner = match self.ctx.facet::<Self>("inner")?.stub() {
            Ok(inner) => inner,
            Err(error) => return Ok((0, error.to_string())),
        };
        let (depth, why) = inner.depth().await?;
        Ok((depth + 1, why))
    }

    /// Lets everybody in.
    #[fetch]
    fn fetch(&self, request: Request) -> Result<Response> {
        self.ctx.accept(&request, &self.boots).tags(["part"]).response()
    }

    /// Answers with what it knows of the socket.
    #[websocket(message)]
    fn message(&self, socket: Socket<u32>, message: Message) -> Result<()> {
        let text: String = message.parse()?;
        let others = self.ctx.sockets::<u32>().tagged("part").count();
        socket.send(Message::json(&(text, socket.attachment()?, others, self.boots))?)
    }

    #[alarm]
    fn alarm(&self) {}
}

#[durable_object]
impl Faceted {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Adds to the sum of a part.
    #[rpc]
    pub async fn add(&self, part: String, by: i64) -> Result<(i64, u32)> {
        self.part(&part)?.stub()?.add(by).await
    }

    /// Its own sum.
    #[rpc]
    pub fn sum(&self) -> Result<i64> {
        self.ctx.kv().get_or("sum", 0)
    }

    /// Returns the facts about a part.
    #[rpc]
    pub async fn about(&self, part: String, start: Start) -> Result<About> {
        let mut facet = self.part(&part)?;
        if let Some(id) = start.id {
            facet = facet.id(id);
        }
        if let Some(task) = &start.task {
            facet = facet.props(task)?;
        }
        let stub = facet.stub()?;
        let (own_id, own_name, task) = stub.about().await?;
        Ok(About { id: stub.id(), name: stub.name(), own_id, own_name, task })
    }

    /// Returns the error of a call that waits for a part while the part is ended, and the next answer of the
    /// same stub.
    #[rpc]
    pub async fn interrupt(&self, part: String) -> Result<(String, i64, u32)> {
        let facet = self.part(&part)?;
        let stub = facet.stub()?;
        stub.add(1).await?;
        self.ctx.wait_until(async move {
            pause(20).await;
            facet.abort("enough")
        });
        let told = stub.hang().await.err().map(|error| error.to_string()).unwrap_or_default();
        let (sum, boots) = stub.add(1).await?;
        Ok((told, sum, boots))
    }

    /// Has a part panic.
    #[rpc]
    pub async fn crash(&self, part: String) -> Result<()> {
        self.part(&part)?.stub()?.crash().await
    }

    /// Deletes a part.
    #[rpc]
    pub fn delete(&self, part: String) -> Result<()> {
        self.part(&part)?.delete()
    }

    /// Copies a part.
    #[rpc]
    pub fn copy(&self, part: String, to: String) -> Result<()> {
        self.part(&part)?.copy_to(&to)
    }

    /// Has a part set an alarm.
    #[rpc]
    pub async fn set_alarm_of(&self, part: String) -> Result<()> {
        self.part(&part)?.stub()?.set_alarm().await
    }

    /// Has a part call this object while that waits for it.
    #[rpc]
    pub async fn call_around(&self, part: String) -> Result<i64> {
        self.part(&part)?.stub()?.call_around().await
    }

    /// How many parts fit into each other.
    #[rpc]
    pub async fn depth(&self, part: String) -> Result<(u32, String)> {
        let (depth, why) = self.part(&part)?.stub()?.depth().await?;
        Ok((depth + 1, why))
    }

    /// Is destroyed, with its parts.
    #[rpc]
    pub async fn destroy(&self) -> Result<()> {
        match self.ctx.destroy().await? {}
    }

    /// Returns the props of the object itself.
    #[rpc]
    pub fn own_task(&self) -> Result<Task> {
        self.ctx.props()
    }

    /// Its id as `worker` has it, whether the platform's own object has storage, and whether there is a
    /// container.
    #[rpc]
    pub fn raw(&self) -> (String, bool, bool) {
        let ctx = self.ctx.to_js();
        let storage = js_sys::Reflect::has(&ctx, &"storage".into()).unwrap_or_default();
        (self.ctx.to_worker().id().to_string(), storage, self.ctx.container().is_some())
    }

    /// Leaves requests to a part.
    #[fetch]
    async fn fetch(&self, request: Request) -> Result<Response> {
        self.part("talking")?.stub()?.fetch(request).await
    }

    /// Sends back in capitals what it is sent, until nothing more comes.
    #[connect]
    async fn connect(&self, mut socket: TcpSocket) -> Result<()> {
        let failed = |error: std::io::Error| Error::new(error.to_string());
        let mut text = String::new();
        socket.read_to_string(&mut text).await.map_err(failed)?;
        if text == "refuse" {
            return Err(Error::new("not that"));
        }
        socket.write_all(text.to_uppercase().as_bytes()).await.map_err(failed)?;
        socket.shutdown().await.map_err(failed)
    }

    fn part(&self, name: &str) -> Result<Facet<Part>> {
        self.ctx.facet(name)
    }
}
