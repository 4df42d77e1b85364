//! The macros, with their pages of the documentation.

/// Makes a Durable Object class of a struct and its impl block.
///
/// The attribute stands on the struct, which it leaves as it is, and on one impl block, whose marked methods
/// become the methods of the class. Callers reach no other method.
///
/// ```
/// use durable_object::prelude::*;
///
/// /// Counts.
/// #[durable_object]
/// pub struct Counter {
///     ctx: Ctx,
/// }
///
/// #[durable_object]
/// impl Counter {
///     #[init]
///     fn init(ctx: Ctx) -> Result<Self> {
///         ctx.sql().execute("CREATE TABLE IF NOT EXISTS n (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)", ())?;
///         Ok(Self { ctx })
///     }
///
///     /// Adds `by` and gives the new total.
///     #[rpc]
///     pub fn increment(&self, by: i64) -> Result<i64> {
///         let add = "INSERT INTO n VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET v = v + ?1 RETURNING v";
///         self.ctx.sql().query(add, (by,))?.one()
///     }
/// }
///
/// async fn count(env: &Env) -> Result<i64> {
///     Counter::named(env, "global")?.increment(5).await
/// }
/// ```
///
/// # On the struct
///
/// | option | meaning |
/// | --- | --- |
/// | `class = "Name"` | The name of the class in JavaScript and in wrangler's configuration. The default is the name of the struct. |
/// | `binding = "NAME"` | The binding under which [`Class::named`](crate::Class::named) looks for the class. The default is the name of the class in upper case: `MY_COUNTER` for `MyCounter`. |
/// | `export = false` | The crate does not export the class. Another crate does, with [`export_object!`]. |
///
/// The struct implements [`Class`](crate::Class). A generic struct is not exported: the app that uses it
/// names the types in [`export_object!`].
///
/// # On the impl block
///
/// Each method takes one marker. All methods except `#[init]` take `&self` or `&mut self`; all may be async.
/// Methods with `&self` interleave where they await. A method with `&mut self` waits for the running ones and
/// then runs alone.
///
/// | marker | the method |
/// | --- | --- |
/// | `#[init]` | Makes the object, on every wake, before any event. It takes [`Ctx`](crate::Ctx), and if it wants the environment, as [`Env`](crate::Env) or as a struct that implements [`FromEnv`](trait@crate::FromEnv). It gives `Self` or a `Result`. One method has it. |
/// | `#[rpc]` | Can be called by other objects, workers and JavaScript. Its arguments and its result are types of serde that own their data. `#[rpc(name = "…")]` sets the name in JavaScript, which is the Rust name in camelCase otherwise. `#[rpc(idempotent)]` lets the stub repeat a call that failed on its way. |
/// | `#[fetch]` | Answers HTTP requests: `(&self, request: Request) -> Result<Response>`. |
/// | `#[connect]` | Serves TCP connections: `(&self, connection: TcpSocket) -> Result<()>`. |
/// | `#[alarm]` | Handles the one alarm of the platform: `(&self, info: AlarmInfo) -> Result<()>`; the argument may be left out. An object has this or `#[scheduled]` methods. |
/// | `#[scheduled]` | Is a timer: `self.schedule().method(arguments).after(duration)`. `#[scheduled(name = "…")]` keeps its timers under another name, `attempts = 3` and `backoff = Duration::from_secs(1)` say how often, and after which wait, a failed call is made again. |
/// | `#[websocket(message)]` | Handles a message of a socket: `(&self, socket: Socket<A>, message: Message) -> Result<()>`. |
/// | `#[websocket(close)]` | Is told that a socket was closed: `(&self, socket: Socket<A>, close: Close) -> Result<()>`. |
/// | `#[websocket(error)]` | Is told that a socket broke: `(&self, socket: Socket<A>, error: Error) -> Result<()>`. |
///
/// All socket handlers of an object name the same attachment `A`.
///
/// # Generated items
///
/// - A stub type with a method for each `#[rpc]` method and the same signature, always async.
///   [`Class::named`](crate::Class::named), [`unique`](crate::Class::unique) and
///   [`from_id`](crate::Class::from_id) give one.
/// - For an object with `#[scheduled]` methods, a method `schedule()`.
/// - The JavaScript class, which derives from the platform's `DurableObject`.
/// - In tests on the developer's machine, a test that writes the TypeScript declaration of the class.
///
/// # Errors
///
/// The macro reports all mistakes at once, each at its place, and says what to write instead. Examples are a
/// missing `#[init]`, an argument that borrows, two markers on one method, a name that JavaScript objects
/// have already, and sockets with attachments of two types.
pub use durable_object_macros::durable_object;

/// Exports an object of a library as a Durable Object class of this worker:
/// `export_object!(pub Name = Object<Types>);`.
///
/// `Name` becomes a type without values, which implements [`Class`](crate::Class). It is the name of the
/// class in JavaScript and in wrangler's configuration. `binding = "NAME"` after a comma sets the binding;
/// the default is the name in upper case. Attributes and documentation in front of the name are kept.
///
/// ```
/// use durable_object::prelude::*;
///
/// /// Keeps the last value it was given. A library can ship it: its user chooses the type.
/// #[durable_object]
/// pub struct Last<T: Clone + serde::Serialize + serde::de::DeserializeOwned + 'static> {
///     value: Option<T>,
/// }
///
/// #[durable_object]
/// impl<T: Clone + serde::Serialize + serde::de::DeserializeOwned + 'static> Last<T> {
///     #[init]
///     fn init(_ctx: Ctx) -> Self {
///         Self { value: None }
///     }
///
///     /// Replaces the value.
///     #[rpc]
///     pub fn set(&mut self, value: T) -> Option<T> {
///         self.value.replace(value)
///     }
/// }
///
/// export_object! {
///     /// The last score of a player.
///     pub LastScore = Last<u32>, binding = "SCORES"
/// }
///
/// async fn score(env: &Env, player: &str, score: u32) -> Result<Option<u32>> {
///     LastScore::named(env, player)?.set(score).await
/// }
/// ```
///
/// # Errors
///
/// The macro refuses a name that JavaScript has already (`Map`), a binding that is not a name in JavaScript,
/// and options that it does not know. A type that is not a declared object is an error of the trait
/// `Contract`, which says what to write.
pub use durable_object_macros::export_object;

/// Implements [`RpcError`](trait@crate::RpcError) for an error that a method gives to its callers. The
/// trait's page has the syntax and an example.
pub use durable_object_macros::RpcError;

/// Implements [`FromEnv`](trait@crate::FromEnv) for a struct whose fields are bindings.
///
/// A field's type says what its binding is: `Namespace<Class>`, `String`, [`Json`](crate::Json),
/// [`Secret`](crate::env::Secret), one of `worker`'s (`KvStore`, `Bucket`, `Fetcher`, `RateLimiter`,
/// `AnalyticsEngineDataset`, `D1Database` with the feature `d1`, `Queue` with the feature `queue`, and
/// others), any other [`Binding`](crate::env::Binding), or an `Option` of any of them for one that may be
/// missing. The binding has the field's name in upper case, or the one in `#[binding(name = "…")]`.
///
/// ```
/// use durable_object::prelude::*;
///
/// #[derive(FromEnv)]
/// struct Bindings {
///     greeting: Option<String>,
///     #[binding(name = "TOKEN")]
///     api_key: Secret,
/// }
///
/// fn greeting(env: &Env) -> Result<String> {
///     Ok(Bindings::from_env(env)?.greeting.unwrap_or_else(|| "Hello".to_owned()))
/// }
/// ```
pub use durable_object_macros::FromEnv;

/// Implements [`FromRow`](trait@crate::FromRow) for a struct whose fields are columns, found by name.
///
/// A column without a field is left out. `#[row(rename = "…")]` on a field gives its column another name;
/// `#[row(rename_all = "camelCase")]` on the struct names all others (or `PascalCase`,
/// `SCREAMING_SNAKE_CASE`). `#[row(default)]` stands in for a column that the statement does not have; one
/// that is `NULL` needs an `Option`. `#[row(json)]` reads a `Deserialize` type from a column of JSON text.
///
/// ```
/// use durable_object::Date;
/// use durable_object::prelude::*;
///
/// #[derive(FromRow)]
/// #[row(rename_all = "camelCase")]
/// struct Note {
///     id: i64,
///     #[row(rename = "body")]
///     text: String,
///     created_at: Date,
///     #[row(json)]
///     tags: Vec<String>,
///     #[row(default)]
///     replies: u32,
/// }
///
/// fn notes(sql: &Sql) -> Result<Vec<Note>> {
///     sql.query("SELECT id, body, createdAt, tags FROM notes ORDER BY id", ())?.all()
/// }
/// ```
pub use durable_object_macros::FromRow;

/// The SQL files of a folder beside Cargo.toml as a list of [`Migration`](crate::storage::Migration)s,
/// ordered by their names: `migrations!("migrations")`.
///
/// A file `0001_notes.sql` is the migration `0001_notes`. SQL that Durable Objects do not run is a compile error,
/// and so are numbers in an order other than that of the names. The files are built in; for new ones to be
/// noticed, the package has a `build.rs` that says `println!("cargo::rerun-if-changed=migrations");`.
pub use durable_object_macros::migrations;
