//! The committed document is the one that the routes make.

use serde_json::Value;
use telekonsil::http::openapi;

#[test]
fn the_committed_document_is_current() {
    let have = std::fs::read_to_string("../schemas/openapi.json").expect("schemas/openapi.json is committed");
    assert!(have == openapi::text().unwrap(), "schemas/openapi.json is old: run `telekonsil openapi`");
}

#[test]
fn every_operation_has_a_name_and_says_what_a_problem_looks_like() {
    let document: Value = serde_json::from_str(&openapi::text().unwrap()).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path}"));
            assert!(names.insert(name.to_owned()), "{name} twice");
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{method} {path}");
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document: Value = serde_json::from_str(&openapi::text().unwrap()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                    let name = target.trim_start_matches("#/components/schemas/");
                    assert!(schemas.contains_key(name), "{target}");
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}
