//! The text of each mistake, which says what to do.

use std::fmt;

use super::Problem;
use crate::accepted::FOREIGN;
use crate::lifecycle::{End, Misstep, MisstepKind};

impl fmt::Display for Problem {
    #[expect(clippy::too_many_lines, reason = "one text after the other")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { path, expected } => write!(f, "`{path}` has to be {expected}"),

            Self::Unbound { class, binding, top_has_it } => {
                write!(f, "the code looks for `{class}` as `{binding}`, and no binding leads to it")?;
                if *top_has_it {
                    return f.write_str(NOT_INHERITED);
                }
                write!(
                    f,
                    ". If it is a facet, or only found by `{class}::exported()`, write unbound = [\"{class}\"] in {EXCEPTIONS}"
                )
            }
            Self::OtherName { class, found, expected } => write!(
                f,
                "`{class}` is bound as `{found}`, and the code looks for `{expected}`: change the name here, or in the \
                 code, with `#[durable_object(binding = \"{found}\")]` or, for a field, `#[binding(name = \"{found}\")]`"
            ),
            Self::UnknownClass { binding, class, nearest } => {
                write!(f, "`{binding}` leads to the class `{class}`, which the code does not export")?;
                match nearest {
                    Some(nearest) => write!(f, ". Is `{nearest}` meant?"),
                    None => write!(
                        f,
                        ". If the class is in another worker, add `script_name`. If it is not made with \
                         `#[durable_object]`, write foreign = [\"{class}\"] in {EXCEPTIONS}"
                    ),
                }
            }
            Self::OtherClass { binding, found, expected } => {
                write!(f, "`{binding}` leads to objects of `{found}`, and the code expects those of `{expected}`")
            }
            Self::NoScript { binding, class } => write!(
                f,
                "`{binding}` leads to `{class}`, which another worker exports: add `script_name` with the name of \
                 that worker"
            ),

            Self::Undeclared { classes } => {
                let (verb, pronoun) = if classes.len() == 1 { ("is", "its") } else { ("are", "their") };
                write!(
                    f,
                    "{} {verb} exported and not declared, so Cloudflare has no place for {pronoun} objects",
                    names(classes)
                )
            }
            Self::NotExported { class, nearest } => {
                write!(f, "`{class}` is declared, and the code does not export it")?;
                match nearest {
                    Some(nearest) => write!(f, ". Is `{nearest}` meant?"),
                    None => write!(
                        f,
                        ". If the class was removed, declare its end. If it is not made with `#[durable_object]`, \
                         write foreign = [\"{class}\"] in {EXCEPTIONS}"
                    ),
                }
            }
            Self::NoSqlite { class, instead } => write!(
                f,
                "the objects of `{class}` have no SQLite: SQL, `ctx.kv()`, transactions and `#[scheduled]` fail there. \
                 Before the first deployment, write {instead}. After it, the storage cannot be changed; then write \
                 key-value = [\"{class}\"] in {EXCEPTIONS}"
            ),
            Self::BothForms => f.write_str(
                "classes are declared in `exports` and in `migrations`, and wrangler takes one of the two: move those of \
                 `migrations` to `exports`",
            ),
            Self::Untagged { number } => {
                write!(f, "migration {number} has no tag, by which Cloudflare knows the migrations it has applied")
            }
            Self::SameTag { tag } => write!(
                f,
                "two migrations have the tag `{tag}`: Cloudflare applies those after the last tag it knows, so one of \
                 them would be left out"
            ),
            Self::Misstep(Misstep { tag, class, kind: MisstepKind::Exists }) => {
                write!(f, "migration `{tag}` makes the class `{class}`, which is there already")
            }
            Self::Misstep(Misstep { tag, class, kind: MisstepKind::Absent { end, nearest } }) => {
                let verb = if *end == End::Deleted { "deletes" } else { "renames" };
                write!(f, "migration `{tag}` {verb} `{class}`, and no migration before it makes that class")?;
                nearest.iter().try_for_each(|nearest| write!(f, ". Is `{nearest}` meant?"))
            }
            Self::StillExported { class, end } => write!(
                f,
                "`{class}` {}, and the code still exports it: remove the class from the code, or its end from here",
                ended(end)
            ),
            Self::StillBound { binding, class, end } => {
                write!(f, "`{binding}` leads to `{class}`, which {}: ", ended(end))?;
                match end {
                    End::Deleted => f.write_str("remove the binding"),
                    End::Renamed { to } => write!(f, "bind `{to}`"),
                    End::Transferred { .. } => f.write_str("add `script_name` with the name of that worker"),
                }
            }
            Self::RenamedToNothing { class, to } => {
                write!(f, "`{class}` is renamed to `{to}`, which is not declared")
            }

            Self::Rewritten { committed, found } => {
                write!(f, "the committed list of migrations has `{committed}` ")?;
                match found {
                    Some(found) => write!(f, "where this one has `{found}`")?,
                    None => f.write_str("where this one ends")?,
                }
                f.write_str(". Keep what was deployed, and add migrations at the end")
            }
            Self::Edited { tag } => write!(
                f,
                "migration `{tag}` was changed after it was committed, and Cloudflare applies none twice: restore it, \
                 and add a migration at the end"
            ),
            Self::BackToMigrations => f.write_str(
                "the committed configuration has `exports`: a worker that was deployed with it cannot go back to \
                 `migrations`",
            ),

            Self::NoDate => f.write_str("there is no `compatibility_date`, and wrangler does not deploy without one"),
            Self::NoSuchDate { found } => {
                write!(f, "`compatibility_date` is \"{found}\", and not a date such as \"{NEW_DATE}\"")
            }
            Self::NoFeature { flag, from, off, effect } => {
                match off {
                    Some(off) => write!(f, "the flag `{off}` is there")?,
                    None => write!(f, "`compatibility_date` is before {from}, and the flag `{flag}` is not there")?,
                }
                write!(f, ": {effect}")
            }

            Self::Missing { name, noun, owner, top_has_it, nearest } => {
                write!(f, "`{name}`, {noun}, is missing, and `{owner}` reads it")?;
                if *top_has_it {
                    return f.write_str(NOT_INHERITED);
                }
                nearest.iter().try_for_each(|nearest| write!(f, ". Is `{nearest}` meant?"))
            }
            Self::OtherKind { name, noun, found } => write!(f, "`{name}` should be {noun}, and is {found}"),
            Self::UnlistedSecret { name, in_dev_vars, environment } => {
                write!(f, "the secret `{name}` is not listed")?;
                if *in_dev_vars {
                    f.write_str(", and its value in .dev.vars is for `wrangler dev` only")?;
                }
                write!(f, ". List it, with all other secrets, and wrangler asks for its value: `wrangler secret put {name}")?;
                environment.iter().try_for_each(|name| write!(f, " --env {name}"))?;
                write!(f, "` uploads it, and a line {name}=… in .dev.vars is for `wrangler dev`")
            }
            Self::OpenSecret { name } => write!(
                f,
                "the secret `{name}` is a variable here: each deployment puts this value in the place of the secret \
                 that was uploaded. Move the value to .dev.vars, and list the name"
            ),

            Self::NoMain => f.write_str("there is no `main`, so wrangler has nothing to run"),
            Self::MainIsSource { main } => {
                write!(f, "`main` is {main}, and wrangler runs JavaScript: name the file that worker-build writes")
            }
            Self::OtherMain { main, expected } => {
                write!(f, "`main` is {main}, which is not there, and worker-build writes {expected}")
            }
            Self::NoBuild { main } => {
                write!(f, "nothing builds {main}: wrangler would deploy the last build, whatever it is")
            }
            Self::OtherBuild { program } => {
                write!(f, "the build command calls {program}, which does not make a worker: call worker-build")
            }

            Self::NoSuchException { list, class } => {
                write!(f, "Cargo.toml lists `{class}` under `{list}`, and ")?;
                let exported = *list == FOREIGN;
                f.write_str(if exported { "it is made with `#[durable_object]`" } else { "the code exports no such class" })
            }
            Self::NoSuchKey { key } => write!(
                f,
                "Cargo.toml has the key `{key}` in {EXCEPTIONS_TABLE}; the keys are `unbound`, `key-value` and `foreign`"
            ),
        }
    }
}

/// The place of exceptions.
const EXCEPTIONS: &str = "[package.metadata.durable-object] of Cargo.toml";
const EXCEPTIONS_TABLE: &str = "[package.metadata.durable-object]";

const NOT_INHERITED: &str = ". The top level has it, and environments do not inherit that";

/// The date for a worker that has none: that of the template.
pub(crate) const NEW_DATE: &str = "2026-08-01";

fn names(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn ended(end: &End) -> String {
    match end {
        End::Deleted => "is deleted".to_owned(),
        End::Renamed { to } => format!("is renamed to `{to}`"),
        End::Transferred { to } => format!("is transferred to the worker `{to}`"),
    }
}
