//! DICOMweb over a real socket: in by STOW-RS, found by QIDO-RS, out again by WADO-RS, byte for byte.

use crate::house::{Browser, House, code};
use futures_util::{StreamExt, stream};
use imaging::phantom::{self, Params};
use reqwest::{Method, Response};
use schemas::problem::ProblemCode as Code;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use telekonsil::app::Scope;

const TYPE: &str = r#"multipart/related; type="application/dicom"; boundary=b"#;
const ANY_SYNTAX: &str = r#"multipart/related; type="application/octet-stream"; transfer-syntax=*"#;

fn slices(count: u32) -> Vec<Vec<u8>> {
    let params =
        Params { seed: 77, slices: count, size: 64, patient_name: "Prüfung^Dicomweb".into(), ..Params::default() };
    phantom::generate(&params).map(|(_, file)| file).collect()
}

fn study() -> String {
    phantom::study_instance_uid(&Params { seed: 77, ..Params::default() })
}

fn multipart(parts: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(b"--b\r\nContent-Type: application/dicom\r\n\r\n");
        body.extend_from_slice(part);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    body
}

async fn store(browser: &Browser, parts: &[&[u8]]) -> (u16, Value) {
    let request = browser.request(Method::POST, "/dicomweb/studies").header("content-type", TYPE);
    let answer = request.body(multipart(parts)).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn find(browser: &Browser, path: &str) -> Vec<Value> {
    let answer = browser.get(&format!("/dicomweb{path}")).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/dicom+json".parse().unwrap())
    );
    answer.json().await.unwrap()
}

/// The instance's URL without the host, from a QIDO or STOW answer.
fn path(item: &Value) -> String {
    let url = item["00081190"]["Value"][0].as_str().unwrap();
    url[url.find("/dicomweb").unwrap()..].to_owned()
}

async fn body(answer: Response, content_type: &str) -> Vec<u8> {
    assert_eq!(answer.status(), 200);
    let own = answer.headers()["content-type"].to_str().unwrap();
    assert!(own.starts_with(content_type), "{own}");
    assert!(answer.headers().get("content-encoding").is_none(), "pixels are never compressed on the way");
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_study_goes_in_is_found_and_comes_out_as_it_went_in() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let files = slices(5);
    let (status, answer) = store(&referrer, &files.iter().map(Vec::as_slice).collect::<Vec<_>>()).await;
    assert_eq!(status, 200);
    assert_eq!(answer["00081199"]["Value"].as_array().unwrap().len(), 5);
    assert!(path(&answer).ends_with(&study()));
    assert_eq!(store(&referrer, &[&files[0]]).await.0, 200, "sending again is harmless");

    let found = find(&referrer, "/studies?PatientName=pr%C3%BCf*&ModalitiesInStudy=CT").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["00201208"]["Value"][0], 5);
    assert_eq!(found[0]["00100010"]["Value"][0]["Alphabetic"], "Prüfung^Dicomweb");
    assert_eq!(find(&referrer, "/studies?PatientName=nobody*").await.len(), 0);
    let study = format!("/studies/{}", study());
    assert_eq!(find(&referrer, &format!("{study}/series")).await[0]["00201209"]["Value"][0], 5);
    assert_eq!(find(&referrer, &format!("{study}/instances?limit=2&offset=4")).await.len(), 1);
    let instances = find(&referrer, &format!("{study}/instances?InstanceNumber=3&Modality=CT")).await;
    assert_eq!(instances.len(), 1);
    let instance = path(&instances[0]);

    let metadata: Vec<Value> = referrer.get(&format!("{instance}/metadata")).await.json().await.unwrap();
    assert_eq!(metadata[0]["00200013"]["Value"][0], 3);
    let whole = referrer.request(Method::GET, &instance).header("accept", "application/dicom").send().await.unwrap();
    assert!(body(whole, "application/dicom").await == files[2]);
    let frame = referrer.request(Method::GET, &format!("{instance}/frames/1")).header("accept", ANY_SYNTAX);
    let frame = body(frame.send().await.unwrap(), "multipart/related").await;
    let pixels = &files[2][files[2].len() - 64 * 64 * 2..];
    assert!(frame.windows(pixels.len()).any(|window| window == pixels));
    let study_files = body(referrer.get(&format!("/dicomweb{study}")).await, "multipart/related").await;
    assert!(files.iter().all(|file| study_files.windows(file.len()).any(|window| window == file)));
    let picture = referrer.request(Method::GET, &format!("{instance}/rendered?window=40,80&viewport=200,200"));
    let picture = body(picture.header("accept", "image/png").send().await.unwrap(), "image/png").await;
    assert!(picture.starts_with(b"\x89PNG"));
    for place in [format!("/dicomweb{study}"), instance.clone(), format!("{instance}/frames/1")] {
        body(referrer.get(&format!("{place}/thumbnail")).await, "image/jpeg").await;
    }
    house.close().await;
}

#[tokio::test]
async fn the_metadata_of_a_long_study_come_in_pieces_and_are_one_list() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    // More than are in memory at once.
    let files = slices(120);
    assert_eq!(store(&referrer, &files.iter().map(Vec::as_slice).collect::<Vec<_>>()).await.0, 200);
    let answer = referrer.get(&format!("/dicomweb/studies/{}/metadata", study())).await;
    assert_eq!(answer.headers()["content-type"], "application/dicom+json");
    let list: Vec<Value> = answer.json().await.unwrap();
    let numbers: Vec<_> = list.iter().map(|item| item["00200013"]["Value"][0].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=120).collect::<Vec<_>>());
    house.close().await;
}

#[tokio::test]
async fn a_hostile_part_is_refused_alone() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let files = slices(1);
    let mut nested = files[0][..files[0].len() - 64 * 64 * 2 - 12].to_vec();
    for _ in 0..10_000 {
        nested.extend_from_slice(b"\x40\x00\x30\xA7SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF");
    }
    let cut = &files[0][..files[0].len() - 100];
    let (status, answer) = store(&referrer, &[&nested, cut, b"no DICOM at all", &files[0]]).await;
    assert_eq!(status, 202);
    let reasons: Vec<u64> = answer["0008119A"]["Value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["00081197"]["Value"][0].as_u64().unwrap())
        .collect();
    assert_eq!(reasons, [0xA700, 0xC000, 0xC000]);
    assert_eq!(answer["00081199"]["Value"].as_array().unwrap().len(), 1);

    let mut other = files[0].clone();
    *other.last_mut().unwrap() ^= 1;
    let (status, answer) = store(&referrer, &[&other]).await;
    assert_eq!((status, &answer["00081198"]["Value"][0]["00081197"]["Value"][0]), (409, &0x0111.into()));
    let elsewhere = referrer.request(Method::POST, "/dicomweb/studies/1.2.3").header("content-type", TYPE);
    let elsewhere = elsewhere.body(multipart(&[&files[0]])).send().await.unwrap();
    assert_eq!(elsewhere.status(), 409, "the object belongs to another study");
    house.close().await;
}

#[tokio::test]
async fn requests_that_cannot_be_answered_get_a_stable_code() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let files = slices(1);
    let (_, answer) = store(&referrer, &[&files[0]]).await;
    let instance = path(&answer["00081199"]["Value"][0]);
    for (path, expected) in [
        (format!("{instance}/frames/2"), (404, Code::NotFound)),
        (format!("{instance}/frames/0"), (400, Code::MalformedRequest)),
        (format!("{instance}/frames/x"), (400, Code::MalformedRequest)),
        (format!("{instance}/rendered?window=1"), (400, Code::MalformedRequest)),
        (format!("{instance}/metadata?consult=x"), (400, Code::MalformedRequest)),
        (format!("{instance}/rendered?consult=019a0000-0000-7000-8000-000000000000"), (404, Code::NotFound)),
        ("/dicomweb/studies?PatientID=1&PatientID=2".to_owned(), (400, Code::MalformedRequest)),
        ("/dicomweb/studies?limit=-1".to_owned(), (400, Code::MalformedRequest)),
        ("/dicomweb/studies?StudyDate=yesterday".to_owned(), (400, Code::MalformedRequest)),
        ("/dicomweb/studies/1.2.3/metadata".to_owned(), (404, Code::NotFound)),
        ("/dicomweb/studies/%27%20OR%201=1/metadata".to_owned(), (404, Code::NotFound)),
    ] {
        assert_eq!(code(referrer.get(&path).await).await, expected, "{path}");
    }
    for (path, accept) in [("/frames/1", "text/html"), ("/rendered", "image/gif"), ("/metadata", "text/xml")] {
        let request = referrer.request(Method::GET, &format!("{instance}{path}")).header("accept", accept);
        assert_eq!(code(request.send().await.unwrap()).await, (406, Code::NotAcceptable), "{path}");
    }
    for (kind, body, expected) in [
        (TYPE, &b"--b\r\n\r\nhalf an obj"[..], (400, Code::MalformedBody)),
        (TYPE, b"--b--", (400, Code::MalformedBody)),
        ("application/dicom", &files[0], (415, Code::UnsupportedMediaType)),
        ("multipart/related", b"", (415, Code::UnsupportedMediaType)),
    ] {
        let request = referrer.request(Method::POST, "/dicomweb/studies").header("content-type", kind);
        assert_eq!(code(request.body(body.to_vec()).send().await.unwrap()).await, expected);
    }
    house.close().await;
}

#[tokio::test]
async fn only_those_whom_it_concerns_see_a_study() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let files = slices(1);
    let (_, answer) = store(&referrer, &[&files[0]]).await;
    let instance = path(&answer["00081199"]["Value"][0]);
    assert_eq!(code(house.stranger().get(&instance).await).await, (401, Code::NotSignedIn));
    for person in [house.demo.specialist, house.demo.coordinator] {
        let other = house.browser(person).await;
        for path in
            [instance.clone(), format!("{instance}/rendered"), format!("/dicomweb/studies/{}/metadata", study())]
        {
            assert_eq!(code(other.get(&path).await).await, (404, Code::NotFound), "{path}");
        }
        assert!(find(&other, "/studies").await.iter().all(|found| !path(found).ends_with(&study())));
        let request = other.request(Method::POST, "/dicomweb/studies").header("content-type", TYPE);
        let answer = request.body(multipart(&[&files[0]])).send().await.unwrap();
        assert_eq!(code(answer).await, (403, Code::Forbidden));
    }
    let mut forged = house.referrer().await;
    forged.csrf = None;
    let request = forged.request(Method::POST, "/dicomweb/studies").header("content-type", TYPE);
    assert_eq!(code(request.body(multipart(&[&files[0]])).send().await.unwrap()).await, (403, Code::CsrfFailed));

    let token = house.server.app.service_token(Scope::Dicomweb, None, Duration::from_secs(60), "PACS").await.unwrap();
    let machine = house.stranger();
    let answer = machine.request(Method::GET, "/dicomweb/studies").bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer = machine.request(Method::GET, "/dicomweb/studies").bearer_auth("forged").send().await.unwrap();
    assert_eq!(code(answer).await, (401, Code::NotSignedIn));
    house.close().await;
}

/// The beginning of a body, and then nothing, for ever.
fn pausing(beginning: Vec<u8>) -> reqwest::Body {
    let beginning = stream::iter([Ok::<_, std::io::Error>(beginning)]);
    reqwest::Body::wrap_stream(beginning.chain(stream::pending()))
}

#[tokio::test]
async fn an_upload_that_pauses_is_ended_and_has_kept_what_had_arrived() {
    let house = House::open_with(|config| config.limits.upload_pause = Duration::from_secs(10)).await;
    let referrer = house.referrer().await;
    let files = slices(2);
    let mut half = multipart(&[&files[0], &files[1]]);
    half.truncate(half.len() - 100);
    let request = referrer.request(Method::POST, "/dicomweb/studies").header("content-type", TYPE);
    // The pause is long enough for the first object, on a machine that does other things too.
    let upload = request.body(pausing(half)).send().await.unwrap();
    assert_eq!(code(upload).await, (408, Code::MalformedRequest));
    assert_eq!(find(&referrer, &format!("/studies/{}/instances", study())).await.len(), 1);
    house.close().await;
}

#[tokio::test]
async fn whoever_may_not_store_is_told_before_the_first_byte() {
    let house = House::open().await;
    let coordinator = house.browser(house.demo.coordinator).await;
    let request = coordinator.request(Method::POST, "/dicomweb/studies").header("content-type", TYPE);
    let answer = request.body(reqwest::Body::wrap_stream(stream::pending::<std::io::Result<Vec<u8>>>()));
    assert_eq!(code(answer.send().await.unwrap()).await, (403, Code::Forbidden));
    house.close().await;
}

#[tokio::test]
async fn a_session_has_so_many_uploads_and_no_more() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let begun = Arc::new(tokio::sync::Notify::new());
    let mut uploads = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let told = Arc::clone(&begun);
        // A first chunk larger than the sockets hold: once it is taken, the upload is under way.
        let body = stream::iter([vec![0_u8; 32 << 20]]).chain(stream::once(async move {
            told.notify_one();
            std::future::pending().await
        }));
        let request = referrer.request(Method::POST, "/dicomweb/studies").header("content-type", TYPE);
        uploads.spawn(request.body(reqwest::Body::wrap_stream(body.map(Ok::<_, std::io::Error>))).send());
        begun.notified().await;
    }
    let request = referrer.request(Method::POST, "/dicomweb/studies").header("content-type", TYPE);
    let refused = request.body(multipart(&[])).send().await.unwrap();
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(code(refused).await, (429, Code::TooManyRequests));
    uploads.shutdown().await;
    house.close().await;
}
