//! The child's side.

use super::protocol::{self, Request, Response};
use crate::refusal::Refusal;
use crate::render::RenderJob;
use crate::{index, render};
use bytes::Bytes;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// Serves requests from stdin on stdout until stdin ends. Call it first thing in `main`, before any thread starts.
pub fn run_stdio() -> ExitCode {
    // A panic's message may quote the file; the parent learns of it by the refusal alone.
    std::panic::set_hook(Box::new(|_| {}));
    let mut input = BufReader::new(io::stdin().lock());
    let mut output = BufWriter::new(io::stdout().lock());
    loop {
        match serve(&mut input, &mut output) {
            Ok(true) => {}
            Ok(false) => return ExitCode::SUCCESS,
            Err(_) => return ExitCode::FAILURE,
        }
    }
}

/// One request; `false` where stdin has ended.
fn serve(input: &mut impl Read, output: &mut impl Write) -> io::Result<bool> {
    let mut fixed = [0; protocol::FIXED];
    if input.read(&mut fixed[..1])? == 0 {
        return Ok(false);
    }
    input.read_exact(&mut fixed[1..])?;
    let (json, blobs) = protocol::fixed(fixed).ok_or(io::ErrorKind::InvalidData)?;
    let mut lengths = Vec::with_capacity(blobs);
    for _ in 0..blobs {
        let mut length = [0; 8];
        input.read_exact(&mut length)?;
        lengths.push(u64::from_le_bytes(length) as usize);
    }
    let request = serde_json::from_slice(&read(input, json)?)?;
    let blobs =
        lengths.into_iter().map(|length| Ok(read(input, length)?.into())).collect::<io::Result<Vec<Bytes>>>()?;
    // A decoder's panic leaves nothing of ours half-changed: the request is dropped with it.
    let (response, blob) = catch_unwind(AssertUnwindSafe(|| answer(request, blobs)))
        .unwrap_or((Response::Refused { refusal: Refusal::WorkerFailed }, None));
    let json = serde_json::to_vec(&response)?;
    let blobs: Vec<&[u8]> = blob.iter().map(|blob| &blob[..]).collect();
    output.write_all(&protocol::head(&json, &blobs))?;
    for blob in blobs {
        output.write_all(blob)?;
    }
    output.flush()?;
    Ok(true)
}

fn read(input: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn answer(request: Request, blobs: Vec<Bytes>) -> (Response, Option<Bytes>) {
    let caps = protocol::caps();
    let mut blobs = blobs.into_iter();
    let done = match request {
        Request::Index => index::index(&blobs.next().unwrap_or_default(), &caps).map(|mut indexed| {
            let stored = indexed.stored.take();
            (Response::Indexed { indexed: Box::new(indexed) }, stored)
        }),
        Request::Render { frame, options } => {
            let (head, pixels) = (blobs.next().unwrap_or_default(), blobs.next().unwrap_or_default());
            render::render(&RenderJob { head, pixels, frame, options }, &caps)
                .map(|picture| (Response::Rendered { format: picture.format }, Some(picture.bytes)))
        }
    };
    done.unwrap_or_else(|refusal| (Response::Refused { refusal }, None))
}
