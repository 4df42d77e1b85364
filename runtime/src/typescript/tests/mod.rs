mod module;
mod pairs;
mod shapes;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::describe::Described;
use super::render::module;
use super::types::Types;

/// Returns the form of a value of `T`, and the definitions that it needs.
fn written<T: Serialize + DeserializeOwned>() -> String {
    #[derive(Serialize, Deserialize)]
    struct It<T>(T);

    let mut types = Types::default();
    types.shape::<It<T>>();
    let text = module(Vec::<Described>::new(), &types);
    let (_, text) = text.split_once("workers\";\n\n").unwrap_or_default();
    let (text, _) = text.split_once("/** ").unwrap_or_default();
    let (it, definitions): (Vec<&str>, Vec<&str>) =
        text.split_terminator("\n\n").partition(|text| text.starts_with("export type It"));
    let it = it.concat().split_once(" = ").map(|(_, it)| it.to_owned()).unwrap_or_default();
    [it].into_iter().chain(definitions.into_iter().map(str::to_owned)).collect::<Vec<_>>().join("\n")
}
