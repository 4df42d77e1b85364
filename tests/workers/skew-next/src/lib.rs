//! The shop of `now`, a version later.

use std::fmt::Debug;
use std::time::Duration;

use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

const HOUR: Duration = Duration::from_secs(3600);

/// An order.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    item: String,
    #[serde(default)]
    gift: bool,
}

/// The answer to an order.
#[derive(Debug, Serialize, Deserialize)]
pub struct Receipt {
    number: u32,
    points: Option<u32>,
}

/// How an order stands, as far as this code knows.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state")]
pub enum Status {
    /// It is being packed.
    Open,
    /// It is on its way.
    Sent,
    /// A later version has a word for it.
    #[serde(other)]
    Unknown,
}

/// The packing of an order, without a variant for later versions.
#[derive(Debug, Serialize, Deserialize)]
pub enum Wrapping {
    /// Plain.
    Paper,
    /// For a gift.
    Silk,
}

/// A parcel that makes no provision for later versions.
#[derive(Debug, Serialize, Deserialize)]
pub struct Parcel {
    grams: u32,
    fragile: bool,
}

/// The reasons why there is no receipt.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, RpcError)]
pub enum OrderError {
    /// There is none left.
    #[error("sold out")]
    SoldOut,
    /// There are not that many.
    #[error("only {left} left")]
    Few {
        /// So many there are.
        left: u32,
    },
}

/// A note to remember.
#[derive(Debug, Serialize, Deserialize)]
pub struct Note {
    text: String,
    #[serde(default)]
    urgent: bool,
}

/// The owner of a socket.
#[derive(Debug, Serialize, Deserialize)]
pub struct Visitor {
    name: String,
    role: Role,
    #[serde(default)]
    visits: u32,
}

/// The rights of a visitor.
#[derive(Debug, Serialize, Deserialize)]
pub enum Role {
    /// Look around.
    Guest,
    /// Sell.
    Owner,
}

/// Sells.
#[durable_object]
pub struct Shop {
    ctx: Ctx,
}

#[durable_object]
impl Shop {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().execute("CREATE TABLE IF NOT EXISTS log (line TEXT NOT NULL)", ())?;
        ShopSchedule::new(&ctx).clean_up("all".to_owned(), None).every(24 * HOUR)?;
        Ok(Self { ctx })
    }

    /// Takes an order.
    #[rpc]
    pub fn place(&self, order: Order) -> Result<Receipt, OrderError> {
        let points = order.gift.then_some(5);
        if order.item == "a rarity" {
            Err(OrderError::Few { left: 1 })
        } else {
            Ok(Receipt { number: 2, points })
        }
    }

    /// How the order stands.
    #[rpc]
    pub fn status(&self) -> Status {
        Status::Sent
    }

    /// Returns the packing of an order.
    #[rpc]
    pub fn wrapping(&self) -> Wrapping {
        Wrapping::Silk
    }

    /// Weighs a parcel.
    #[rpc]
    pub fn weigh(&self, parcel: Parcel) -> Parcel {
        Parcel { grams: parcel.grams + 1, fragile: parcel.fragile }
    }

    /// Returns the price of an item.
    #[rpc]
    pub fn price(&self, item: String, coupon: Option<String>) -> usize {
        item.len() - coupon.map_or(0, |_| 1)
    }

    /// A method that the earlier version does not have.
    #[rpc]
    pub fn advise(&self) -> String {
        "buy".to_owned()
    }

    /// Has something remembered.
    #[rpc]
    pub fn remember(&self, text: String, copies: Option<u32>) -> Result<()> {
        self.schedule().remind(Note { text, urgent: true }, copies).after(HOUR).map(drop)
    }

    /// Has the books looked through.
    #[rpc]
    pub fn plan_audit(&self) -> Result<()> {
        self.schedule().audit().after(HOUR).map(drop)
    }

    #[scheduled]
    fn audit(&self) -> Result<()> {
        self.log("next: audits")
    }

    #[scheduled(attempts = 1)]
    fn remind(&self, note: Note, copies: Option<u32>) -> Result<()> {
        self.log(&format!("next: {note:?} {copies:?}"))
    }

    #[scheduled(name = "tidy")]
    fn clean_up(&self, what: String, how: Option<String>) -> Result<()> {
        self.log(&format!("next: tidies {what} {how:?}"))
    }

    /// Returns the entries, and the timers with their methods and states.
    #[rpc]
    pub fn state(&self) -> Result<(Vec<String>, Vec<String>)> {
        let timers = self.schedule().list()?.into_iter();
        let timers = timers.map(|timer| format!("{} {}: {:?}", timer.method, timer.arguments, timer.state));
        Ok((self.ctx.sql().query("SELECT line FROM log ORDER BY rowid", ())?.all()?, timers.collect()))
    }

    fn log(&self, line: &str) -> Result<()> {
        self.ctx.sql().execute("INSERT INTO log VALUES (?)", (line,)).map(drop)
    }

    #[fetch]
    fn fetch(&self, request: Request) -> Result<Response> {
        self.ctx
            .accept(&request, &Visitor { name: "ada".to_owned(), role: Role::Owner, visits: 1 })
            .response()
    }

    #[websocket(message)]
    fn message(&self, socket: Socket<Visitor>, _: Message) -> Result<()> {
        socket.send(describe(socket.attachment()))
    }
}

/// Keeps accounts.
#[durable_object]
pub struct Ledger {
    ctx: Ctx,
}

/// Settings, which are kept under a key.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Settings {
    currency: String,
    #[serde(default)]
    digits: u8,
}

/// A line of the accounts.
#[derive(Debug, Serialize, Deserialize, FromRow)]
pub struct Entry {
    amount: i64,
    what: Option<String>,
}

const TABLES: &[Migration] = &[
    Migration::new("0001_entries", "CREATE TABLE entries (amount INTEGER NOT NULL)"),
    Migration::new("0002_what", "ALTER TABLE entries ADD what TEXT"),
];

#[durable_object]
impl Ledger {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().migrate(TABLES)?;
        Ok(Self { ctx })
    }

    /// Writes something down.
    #[rpc]
    pub fn enter(&self, amount: i64) -> Result<()> {
        self.ctx.kv().put("settings", &Settings { currency: "EUR".to_owned(), digits: 2 })?;
        self.ctx.sql().execute("INSERT INTO entries (amount) VALUES (?)", (amount,)).map(drop)
    }

    /// All that was written down.
    #[rpc]
    pub fn read(&self) -> Result<String> {
        let entries = self.ctx.sql().query::<Entry>("SELECT * FROM entries ORDER BY rowid", ())?.all()?;
        Ok(format!("next: {entries:?} {:?}", self.ctx.kv().get::<Settings>("settings")?.unwrap_or_default()))
    }
}

/// `/BINDING/NAME` makes each call once, and says what came of it.
#[worker::event(fetch)]
async fn fetch(request: Request, env: Env, _: worker::Context) -> Result<Response> {
    let path = request.path();
    let mut words = path.split('/').skip(1);
    let shops = Namespace::<Shop>::bound(&env, words.next().unwrap_or_default())?;
    let shop = shops.named(words.next().unwrap_or_default())?;
    let order = |item: &str| Order { item: item.to_owned(), gift: true };
    let outcomes = [
        ("an order", describe(shop.place(order("tea")).await)),
        ("an order that is refused", describe(shop.place(order("a rarity")).await)),
        ("a status", describe(shop.status().await)),
        ("a wrapping", describe(shop.wrapping().await)),
        ("a parcel", describe(shop.weigh(Parcel { grams: 1, fragile: true }).await)),
        ("a price", describe(shop.price("tea".to_owned(), None).await)),
        ("a price with a coupon", describe(shop.price("tea".to_owned(), Some("ten".to_owned())).await)),
        ("a method that is new", describe(shop.advise().await)),
    ];
    Ok(Response::from_json(&outcomes)?)
}

/// Returns the outcome as text.
fn describe<T: Debug, E: Into<CallError<OrderError>>>(outcome: Result<T, E>) -> String {
    match outcome.map_err(Into::into) {
        Ok(value) => format!("{value:?}"),
        Err(CallError::Application(error)) => format!("error {error:?}"),
        Err(CallError::Platform(Error::Remote(error))) => {
            format!("{} {}: {}", error.name, error.code.unwrap_or_default(), error.message)
        }
        Err(CallError::Platform(error)) => format!("{}: {error}", error.name()),
    }
}
