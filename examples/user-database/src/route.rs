//! From requests to objects.

use durable_object::error::CallError;
use durable_object::{Error, Request, RequestExt, Response, Result, console_error};
use serde::Deserialize;
use worker::Method;

use crate::{Bindings, Draft, NoteError, UserDatabaseStub};

/// The body of a request to log in.
#[derive(Deserialize)]
struct Login {
    user: String,
}

/// Answers any request; what goes wrong becomes a status.
pub(crate) async fn answer(request: Request, env: &Bindings) -> Result<Response> {
    let answered = route(request, env).await;
    Ok(answered.or_else(|refusal| match refusal {
        Refusal::Status(status, why) => Response::error(why, status),
        Refusal::Note(why @ NoteError::Missing { .. }) => Response::error(why.to_string(), 404),
        Refusal::Note(why @ NoteError::Empty) => Response::error(why.to_string(), 400),
        Refusal::Platform(Error::Remote(error)) if error.overloaded => Response::error("too busy", 503),
        Refusal::Platform(error) => {
            console_error!("{error}");
            Response::error("something went wrong", 500)
        }
    })?)
}

/// The reasons why a request is refused.
enum Refusal {
    Status(u16, &'static str),
    Note(NoteError),
    Platform(Error),
}

async fn route(mut request: Request, env: &Bindings) -> Result<Response, Refusal> {
    let path = request.path_segments();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();

    match (request.method(), path.as_slice()) {
        (Method::Post, ["sessions"]) => {
            if bearer(&request)?.as_deref() != Some(env.login_key.expose()) {
                return Err(Refusal::Status(403, "only with the login key"));
            }
            let Login { user } = body(&mut request).await?;
            let token = random_token()?;
            env.session.named(&token)?.open(user).await?;
            Ok(Response::ok(token)?)
        }
        (Method::Delete, ["sessions"]) => {
            let token = bearer(&request)?.ok_or(Refusal::Status(401, "there is nobody to log out"))?;
            env.session.named(&token)?.close().await?;
            Ok(Response::empty()?.with_status(204))
        }
        (Method::Get, ["notes"]) => {
            let before = request.query_param("before").map(|id| id.parse()).transpose();
            let before = before.map_err(|_| Refusal::Status(400, "`before` is the number of a note"))?;
            let notes = authorized(&request, env).await?.list(request.query_param("tag"), before).await?;
            Ok(Response::from_json(&notes)?)
        }
        (Method::Post, ["notes"]) => {
            let notes = authorized(&request, env).await?;
            let draft: Draft = body(&mut request).await?;
            Ok(Response::from_json(&notes.add(draft).await?)?.with_status(201))
        }
        (method, ["notes", id]) => {
            let notes = authorized(&request, env).await?;
            let id = id.parse().map_err(|_| Refusal::Status(404, "there is no such note"))?;
            let note = match method {
                Method::Get => notes.get(id).await?,
                Method::Put => notes.edit(id, body(&mut request).await?).await?,
                Method::Delete => notes.remove(id).await?,
                _ => return Err(Refusal::Status(405, "GET, PUT or DELETE")),
            };
            Ok(Response::from_json(&note)?)
        }
        _ => Err(Refusal::Status(404, "nothing is here")),
    }
}

/// The hook through which every request for notes goes: there is no other way to a user's database than
/// through a session of that user.
async fn authorized(request: &Request, env: &Bindings) -> Result<UserDatabaseStub, Refusal> {
    let token = bearer(request)?.ok_or(Refusal::Status(401, "log in first"))?;
    let user = env.session.named(&token)?.user().await?.ok_or(Refusal::Status(401, "log in again"))?;
    Ok(env.user_database.named(&user)?)
}

fn bearer(request: &Request) -> Result<Option<String>, Refusal> {
    let header = request.headers().get("authorization")?;
    Ok(header.and_then(|header| header.strip_prefix("Bearer ").map(str::to_owned)))
}

async fn body<T: for<'de> Deserialize<'de>>(request: &mut Request) -> Result<T, Refusal> {
    request.json().await.map_err(|_| Refusal::Status(400, "the body is not the JSON that is expected"))
}

/// 128 random bits: nobody guesses one that is in use.
fn random_token() -> Result<String, Refusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::new(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Platform(error)
    }
}

impl From<worker::Error> for Refusal {
    fn from(error: worker::Error) -> Self {
        Self::Platform(error.into())
    }
}

impl From<CallError<NoteError>> for Refusal {
    fn from(error: CallError<NoteError>) -> Self {
        match error {
            CallError::Application(error) => Self::Note(error),
            CallError::Platform(error) => Self::Platform(error),
        }
    }
}
