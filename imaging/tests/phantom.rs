//! The phantom: valid, quick, and looked at.

use imaging::guard::Caps;
use imaging::phantom::{Params, generate, study_instance_uid};
use imaging::render::{RenderJob, RenderOptions, render};

#[test]
fn every_slice_is_indexed_with_its_geometry() {
    let params = Params { slices: 8, size: 64, ..Params::default() };
    for (number, file) in generate(&params) {
        let indexed = imaging::index::index(&file, &Caps::default()).expect("the phantom is valid");
        assert_eq!(indexed.study.study_instance_uid, study_instance_uid(&params));
        assert_eq!(indexed.instance.instance_number, Some(number as i32));
        assert_eq!(indexed.instance.number_of_frames, 1);
        let json: serde_json::Value = serde_json::from_str(&indexed.metadata).expect("metadata is JSON");
        assert_eq!(json["00200032"]["Value"][2], f64::from(number - 1) * 20.0);
        assert_eq!(json["00280030"]["Value"][0], 3.6);
        assert_eq!(json["00081030"]["Value"][0], "CT Schädel nativ");
        assert!(json.get("7FE00010").is_none());
    }
}

#[test]
fn the_same_parameters_give_the_same_bytes_and_other_seeds_other_studies() {
    let params = Params { slices: 2, size: 64, ..Params::default() };
    let other = Params { seed: 2, ..params.clone() };
    let bytes = |params: &Params| generate(params).map(|(_, file)| file).collect::<Vec<_>>();
    assert!(bytes(&params) == bytes(&params));
    assert!(bytes(&params) != bytes(&other));
    assert_ne!(study_instance_uid(&params), study_instance_uid(&other));
}

/// `PHANTOM_OUT=folder cargo test … -- --ignored phantom_files` writes files and pictures to look at.
#[test]
#[ignore = "writes files for people and for DCMTK"]
fn phantom_files() {
    let folder = std::path::PathBuf::from(std::env::var_os("PHANTOM_OUT").expect("PHANTOM_OUT names a folder"));
    for (number, file) in generate(&Params::default()) {
        std::fs::write(folder.join(format!("{number:03}.dcm")), &file).expect("the folder can be written");
        if number % 16 == 0 || number == 58 {
            let table = imaging::index::index(&file, &Caps::default()).expect("the phantom is valid").frames;
            let range = table.ranges(1).expect("there is a frame").remove(0);
            let job = RenderJob {
                head: file[..table.head as usize].to_vec().into(),
                pixels: file[range.start as usize..range.end as usize].to_vec().into(),
                frame: 1,
                options: RenderOptions::default(),
            };
            let picture = render(&job, &Caps::default()).expect("the phantom renders");
            std::fs::write(folder.join(format!("{number:03}.png")), &picture.bytes).expect("the folder can be written");
        }
    }
}
