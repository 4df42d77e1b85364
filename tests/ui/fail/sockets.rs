//! Calls on sockets, with the wrong types.

#![allow(unused)]

use durable_object::prelude::*;

struct Plain;

fn accept(ctx: &Ctx, request: &Request) -> Result<Response> {
    ctx.accept(request, &Plain).response()
}

fn filter(ctx: &Ctx) -> usize {
    ctx.sockets::<Plain>().filter(|_| true).count()
}

fn filter_otherwise(ctx: &Ctx) -> usize {
    ctx.sockets::<u8>().filter(|name: &String| name.is_empty()).count()
}

fn except(ctx: &Ctx, socket: &Socket<u16>) -> usize {
    ctx.sockets::<u8>().except(socket).broadcast("hello")
}

fn send(socket: &Socket<u8>) -> Result<()> {
    socket.send(5)
}

fn attach(socket: &Socket<u8>) -> Result<()> {
    socket.set_attachment("five")
}

fn main() {}
