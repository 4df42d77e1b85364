//! Values that SQL does not take, and transactions that could be interrupted.

use durable_object::prelude::*;

struct Author;

async fn ready() {}

fn parameters(sql: &Sql, author: Author) -> Result<()> {
    sql.execute("SELECT ?", 1)?;
    sql.execute("SELECT ?", "text")?;
    sql.execute("SELECT ?", (author,))?;
    sql.execute("SELECT ?", params![1_i64, Author])?;
    Ok(())
}

fn asynchronous(ctx: &Ctx) -> Result<()> {
    ctx.transaction(async |sql| {
        ready().await;
        sql.execute("SELECT 1", ())
    })?;
    Ok(())
}

fn asynchronous_block(ctx: &Ctx) -> Result<()> {
    ctx.transaction(|_| async {
        ready().await;
        Ok(())
    })?;
    Ok(())
}

fn awaiting(ctx: &Ctx) -> Result<()> {
    ctx.transaction(|sql| {
        ready().await;
        sql.execute("SELECT 1", ()).map(drop)
    })
}

fn main() {}
