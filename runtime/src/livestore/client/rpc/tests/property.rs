//! Any call, and any damage to an answer.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

fn any_event() -> impl Strategy<Value = LogEvent> {
    let args = prop_oneof![
        Just(None),
        Just(Some("null".to_owned())),
        "[a-z\"\\\\é]{0,9}".prop_map(|text| Some(json!({ "text": text, "n": [1, 2.5, -7] }).to_string())),
    ];
    ((0..1_i64 << 53, 0..1_i64 << 53), any::<String>(), args, any::<String>(), any::<String>()).prop_map(
        |((seq, parent), name, args, client_id, session_id)| LogEvent {
            seq: Seq::synced(seq),
            parent: Seq::synced(parent),
            is_client_only: false,
            content: Rc::new(Content { name, args, client_id, session_id }),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// The backend reads in a call all that the client has put into it.
    #[test]
    fn the_backend_reads_our_calls(
        number: u32,
        store_id: String,
        events in prop::collection::vec(any_event(), 0..5),
        backend_id in prop::option::of(any::<String>()),
        after in 0..1_i64 << 53,
        live in prop::option::of((any::<String>(), any::<String>())),
    ) {
        let bytes = request::push(number, store(&store_id), &events, backend_id.as_deref()).unwrap();
        let (id, method, payload) = call(&bytes);
        prop_assert_eq!((id, &*method), (number.to_string(), "SyncDoRpc.Push"));
        let Ok(Request::Push(push)) = Request::parse("SyncDoRpc", &method, Some(&payload)) else { panic!("{payload}") };
        prop_assert_eq!((&*push.store_id, &push.backend_id), (&*store_id, &backend_id));
        let read: Vec<_> = push.batch.into_iter().map(LogEvent::from_global).collect();
        prop_assert_eq!(read, events);

        let cursor = backend_id.map(|backend_id| Cursor { backend_id, event_sequence_number: after });
        let live = live.map(|(binding_name, durable_object_id)| Caller { binding_name, durable_object_id });
        let bytes = request::pull(number, store(&store_id), cursor.as_ref(), live.as_ref()).unwrap();
        let (_, method, payload) = call(&bytes);
        let Ok(Request::Pull(pull)) = Request::parse("SyncDoRpc", &method, Some(&payload)) else { panic!("{payload}") };
        prop_assert_eq!(
            pull.cursor.map(|cursor| (cursor.backend_id, cursor.event_sequence_number)),
            cursor.map(|cursor| (cursor.backend_id, cursor.event_sequence_number))
        );
        prop_assert_eq!(caller(Some(&payload)), Ok(live));
    }

    /// Damaged bytes in any pieces are an answer or an error, and the pieces make no difference.
    #[test]
    fn no_damage_and_no_cut_does_harm(
        which in 0_usize..18,
        damage in prop::collection::vec((any::<Index>(), any::<u8>()), 0..4),
        cuts in prop::collection::vec(any::<Index>(), 0..8),
        end: Index,
        whole: bool,
    ) {
        let mut bytes = vectors().swap_remove(which).answer;
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if !whole {
            bytes.truncate(end.index(bytes.len()));
        }
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut rest = &*bytes;
        for cut in cuts {
            let (piece, after) = rest.split_at(cut - (bytes.len() - rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        let shown = |read: Result<Vec<Message>, AnswerError>| read.map_err(|why| why.to_string());
        prop_assert_eq!(shown(read(pieces)), shown(read([&*bytes])));
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200), size in 1_usize..9) {
        let _ = read(bytes.chunks(size));
        let _ = callback(&bytes);
        let _ = callback_json(&String::from_utf8_lossy(&bytes));
    }
}
