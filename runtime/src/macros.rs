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

/// Makes a part of a type: methods and timers that a library brings to any object that has the type as a field.
///
/// The attribute stands on an impl block. The type is a handle that implements [`Clone`]; its clones share one state. An
/// object marks the field with `#[part]`, and creates the part in its `#[init]`.
///
/// ```
/// use durable_object::prelude::*;
/// use durable_object::object::PartContext;
/// use std::{cell::OnceCell, rc::Rc, time::Duration};
///
/// /// Counts visits, and forgets them after a day. This is in a library.
/// #[derive(Clone, Default)]
/// pub struct Visits {
///     place: Rc<OnceCell<PartContext>>,
/// }
///
/// impl Visits {
///     /// Counts one visit.
///     pub fn count(&self) -> Result<()> {
///         let Some(place) = self.place.get() else { return Ok(()) };
///         place.ctx().sql().execute("INSERT INTO visits DEFAULT VALUES", ())?;
///         VisitsSchedule::new(place).forget().key("all").after(Duration::from_secs(86_400))?;
///         Ok(())
///     }
/// }
///
/// #[durable_object::part]
/// impl Visits {
///     #[wake]
///     fn wake(&self, place: PartContext) -> Result<()> {
///         place.ctx().sql().execute("CREATE TABLE IF NOT EXISTS visits (id INTEGER PRIMARY KEY)", ())?;
///         let _ = self.place.set(place);
///         Ok(())
///     }
///
///     /// Returns the number of visits. Callers reach it as a method of the object.
///     #[rpc]
///     pub fn visits(&self) -> Result<i64> {
///         let Some(place) = self.place.get() else { return Ok(0) };
///         place.ctx().sql().query("SELECT count(*) FROM visits", ())?.one()
///     }
///
///     #[scheduled]
///     fn forget(&self) -> Result<()> {
///         let Some(place) = self.place.get() else { return Ok(()) };
///         place.ctx().sql().execute("DELETE FROM visits", ())?;
///         Ok(())
///     }
/// }
///
/// /// This is in an app.
/// #[durable_object]
/// pub struct Page {
///     #[part]
///     visits: Visits,
/// }
///
/// #[durable_object]
/// impl Page {
///     #[init]
///     fn init(_ctx: Ctx) -> Self {
///         Self { visits: Visits::default() }
///     }
///
///     #[fetch]
///     fn fetch(&self, _request: Request) -> Result<Response> {
///         self.visits.count()?;
///         Ok(Response::ok("hello")?)
///     }
/// }
/// ```
///
/// # Markers
///
/// | marker | the method |
/// | --- | --- |
/// | `#[wake]` | Runs each time the object wakes, after its `#[init]` and before its first event: `(&self, part: PartContext) -> Result<()>`. The argument may be left out. When it fails, the object does not start. |
/// | `#[rpc]` | Becomes a method of the object's JavaScript class, as `#[rpc]` of the object itself does. It cannot answer with a stream. |
/// | `#[scheduled]` | Is a timer: `TypeSchedule::new(&part).method(arguments).after(duration)`. The object keeps it as `field.method`, so two parts of one type have timers of their own. |
///
/// All methods take `&self`. A call does not hold the object while the method runs, so it holds up no `&mut self` method
/// of the object.
///
/// # On the field
///
/// `#[part]` takes `name = "…"`. The name replaces that of the field, for [`PartContext::name`](crate::object::PartContext::name)
/// and for the timers. Give a renamed field its old name, so that its timers keep their method.
///
/// # Errors
///
/// Two methods with one name in JavaScript are a compile error, whether the object or two of its parts bring them. So is a
/// part with timers in an object with `#[alarm]`: an object has one alarm. A generic object is checked where
/// [`export_object!`] names its types.
pub use durable_object_macros::part;

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

/// Implements [`Event`](trait@crate::livestore::schema::Event) for an enum with one variant for each event, and
/// [`Materialize`](crate::livestore::schema::Materialize) if the variants have their SQL.
///
/// ```
/// use durable_object::Date;
/// use durable_object::livestore::schema::Event;
///
/// #[derive(Debug, PartialEq, Event)]
/// #[event(rename_all_fields = "camelCase")]
/// enum TodoEvent {
///     #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
///     Created { id: String, text: String },
///     #[event("v1.TodoDeleted", sql = "UPDATE todos SET deletedAt = :deleted_at WHERE id = :id")]
///     Deleted { id: String, deleted_at: Date },
/// }
///
/// let event = TodoEvent::Deleted { id: "a".into(), deleted_at: Date::from_millis(0).unwrap() };
/// let args = event.encode()?;
/// assert_eq!(args, r#"{"id":"a","deletedAt":"1970-01-01T00:00:00.000Z"}"#);
/// assert_eq!(TodoEvent::decode("v1.TodoDeleted", &args)?, Some(event));
/// assert_eq!(TodoEvent::decode("v1.TodoRenamed", "{}")?, None);
/// # Ok::<(), durable_object::livestore::schema::EventError>(())
/// ```
///
/// Each variant has named fields, which are the arguments. Their types implement `Serialize` and `Deserialize`; the
/// [module](crate::livestore::schema#encodings) says which Rust type has the JSON of which schema in JavaScript.
///
/// # On the enum
///
/// | option | meaning |
/// | --- | --- |
/// | `rename_all_fields = "camelCase"` | The names of the arguments in JSON (or `PascalCase`, `SCREAMING_SNAKE_CASE`). The default is the names of the fields. |
///
/// # On a variant
///
/// | option | meaning |
/// | --- | --- |
/// | `"v1.TodoCreated"` | The name of the event, for all clients of a store. |
/// | `sql = "…"` | The statements that write the effect of the event, with semicolons between them, or as a list: `sql = ["…", "…"]`. `:field` is the value of a field by its name in Rust, as [`ToSql`](crate::storage::ToSql) binds it. `sql = []` is an event without effect. |
///
/// If one variant has `sql`, all have it. If none has, implement
/// [`Materialize`](crate::livestore::schema::Materialize).
///
/// # On a field
///
/// | option | meaning |
/// | --- | --- |
/// | `rename = "…"` | The name of the argument in JSON. |
/// | `optional` | The field is an `Option`, and `None` is left out: `Schema.optional`. Without it `None` is `null`. |
/// | `default` | An argument that is missing is `Default::default()`: a field that older events do not have. |
/// | `with = "module"` | The functions `serialize` and `deserialize` of the module write and read the argument, as serde's `with`. |
/// | `json` | `:field` in SQL is the value as JSON text. |
///
/// The derive reads no attributes of serde. The derives of serde can stand beside it, for other uses of the enum.
///
/// # Errors
///
/// The macro reports all mistakes at once. Examples are a type that JavaScript cannot hold (`u128`, a map whose keys are
/// numbers), a variant without named fields, two events with one name, and a `:parameter` that is not a field.
#[cfg(feature = "livestore")]
pub use durable_object_macros::Event;
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
/// Implements [`Table`](trait@crate::livestore::schema::Table) and [`FromRow`](trait@crate::FromRow) for a struct whose
/// fields are the columns of a table.
///
/// ```
/// use durable_object::Date;
/// use durable_object::livestore::schema::Table;
///
/// #[derive(Table)]
/// #[table("todos", rename_all = "camelCase", index(list, created_at))]
/// struct Todo {
///     #[column(primary_key)]
///     id: String,
///     list: String,
///     #[column(default = false)]
///     completed: bool,
///     #[column(json)]
///     tags: Vec<String>,
///     created_at: Date,
///     deleted_at: Option<Date>,
/// }
///
/// assert_eq!(
///     Todo::DEFINITION.create(),
///     r#"CREATE TABLE "todos" ("id" TEXT NOT NULL, "list" TEXT NOT NULL, "completed" INTEGER NOT NULL DEFAULT 0, "#.to_owned()
///         + r#""tags" TEXT NOT NULL, "createdAt" INTEGER NOT NULL, "deletedAt" INTEGER, PRIMARY KEY ("id")) STRICT, WITHOUT ROWID"#,
/// );
/// ```
///
/// The type of a field says the type of its column, see [`ColumnValue`](crate::livestore::schema::ColumnValue). A column
/// is `NOT NULL` unless its field is an `Option`. The tables are `STRICT`.
///
/// # On the struct
///
/// | option | meaning |
/// | --- | --- |
/// | `"todos"` | The name of the table. |
/// | `rename_all = "camelCase"` | The names of the columns (or `PascalCase`, `SCREAMING_SNAKE_CASE`). The default is the names of the fields. |
/// | `index(list, created_at)` | An index on these fields. It may be given several times. |
/// | `unique(list, position)` | The values of these fields together occur once. It may be given several times. |
/// | `rowid` | The rows have a rowid. Tables are `WITHOUT ROWID` otherwise, which saves a written row for each row. |
///
/// # On a field
///
/// | option | meaning |
/// | --- | --- |
/// | `primary_key` | The field is the primary key, or a part of it in the order of the fields. |
/// | `rename = "…"` | The name of the column. |
/// | `default = false` | The value of rows that are inserted without one: a number, a boolean or a text. |
/// | `unique` | Each value occurs once. |
/// | `index` | An index on the column. |
/// | `json` | The column is JSON text, and the field any type that implements `Deserialize`. |
/// | `sql_type = "ANY"` | The type of the column, for a type that implements [`FromSql`](crate::storage::FromSql) only, and for [`Value`](crate::value::Value). |
///
/// # Errors
///
/// The macro reports all mistakes at once. Examples are a table without a primary key, the name of a table that belongs
/// to LiveStore or to the platform, and an index on a field that the struct does not have.
#[cfg(feature = "livestore")]
pub use durable_object_macros::Table;

/// The SQL files of a folder beside Cargo.toml as a list of [`Migration`](crate::storage::Migration)s,
/// ordered by their names: `migrations!("migrations")`.
///
/// A file `0001_notes.sql` is the migration `0001_notes`. SQL that Durable Objects do not run is a compile error,
/// and so are numbers in an order other than that of the names. The files are built in; for new ones to be
/// noticed, the package has a `build.rs` that says `println!("cargo::rerun-if-changed=migrations");`.
pub use durable_object_macros::migrations;
