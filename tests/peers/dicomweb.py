"""Peers that we did not write: pydicom's real files and dicomweb-client against a running demo, DCMTK on the phantom.

usage: dicomweb.py path/to/telekonsil
"""

import io
import subprocess
import sys
from pathlib import Path

import numpy
import pydicom
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom.data import get_testdata_file
from pydicom.pixels import apply_rescale

from server import demo

# Small real files, each of another kind; all come inside the pydicom package.
FILES = [
    "CT_small.dcm",  # native, explicit VR little endian
    "MR_small.dcm",
    "ExplVR_BigEnd.dcm",
    "examples_jpeg2k.dcm",
    "JPEG2000.dcm",
    "SC_rgb_rle_2frame.dcm",
]

passed = 0


def check(condition, sentence):
    global passed
    if not condition:
        raise SystemExit(f"FAILED: {sentence}")
    passed += 1
    print(f"ok  {sentence}")


def main(binary):
    with demo(binary) as (base, _, data):
        token = subprocess.run(
            [binary, "token", "--data", str(data), "--scope", "dicomweb"], check=True, capture_output=True, text=True
        ).stdout.strip()
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {token}"
        root = f"{base}/dicomweb"
        check(requests.get(f"{root}/studies").status_code == 401, "without a token QIDO answers 401")
        run(DICOMwebClient(root, session=session), session, root)
        phantom(data / "demo-dicom")
    print(f"{passed} passed, 0 failed; the server ended cleanly, without an ERROR in its log")


def run(client, session, root):
    for name in FILES:
        source = pydicom.dcmread(get_testdata_file(name))
        study, series, sop = source.StudyInstanceUID, source.SeriesInstanceUID, source.SOPInstanceUID
        stored = client.store_instances([source])
        check(len(stored.ReferencedSOPSequence) == 1, f"STOW-RS takes {name}")
        again = client.store_instances([source])
        check(len(again.ReferencedSOPSequence) == 1, f"STOW-RS takes {name} a second time without harm")

        found = client.search_for_studies(search_filters={"StudyInstanceUID": study})
        check(len(found) == 1, f"QIDO-RS finds the study of {name}")
        instances = client.search_for_instances(study, series)
        check(any(i["00080018"]["Value"][0] == sop for i in instances), f"QIDO-RS lists the instance of {name}")

        back = client.retrieve_instance(study, series, sop)
        check(back.SOPInstanceUID == sop and back.file_meta.TransferSyntaxUID is not None, f"WADO-RS returns {name}")
        if source.file_meta.TransferSyntaxUID == back.file_meta.TransferSyntaxUID:
            check(back.PixelData == source.PixelData, f"pixel data of {name} came back unchanged")
        metadata = client.retrieve_instance_metadata(study, series, sop)
        check(metadata["00080018"]["Value"][0] == sop and "7FE00010" not in metadata or
              "Value" not in metadata.get("7FE00010", {}), f"metadata of {name} has no pixels")
        frame = session.get(
            f"{root}/studies/{study}/series/{series}/instances/{sop}/frames/1",
            headers={"Accept": 'multipart/related; type="application/octet-stream"; transfer-syntax=*'},
        )
        check(frame.status_code == 200 and frame.headers.get("Content-Encoding") is None,
              f"frame 1 of {name} arrives, never deflated")
        if back.file_meta.TransferSyntaxUID.is_compressed is False and name == "CT_small.dcm":
            body = frame.content
            check(source.PixelData in body, "the native frame holds exactly the stored bytes")
        rendered = session.get(
            f"{root}/studies/{study}/series/{series}/instances/{sop}/rendered", headers={"Accept": "image/png"})
        check(rendered.status_code == 200 and rendered.content[:4] == b"\x89PNG" or
              rendered.status_code in (400, 406, 422) and "code" in rendered.json(),
              f"rendered {name} is a picture or a clear refusal ({rendered.status_code})")

    # The same SOP Instance UID in another encoding is other content: refused, the first one stays.
    twin = session.post(
        f"{root}/studies", data=b"--t\r\nContent-Type: application/dicom\r\n\r\n" +
        Path(get_testdata_file("MR_small_RLE.dcm")).read_bytes() + b"\r\n--t--\r\n",
        headers={"Content-Type": 'multipart/related; type="application/dicom"; boundary=t', "Accept": "application/dicom+json"},
    )
    check(twin.status_code == 409 and "00081197" in twin.json()["00081198"]["Value"][0],
          "other content under a known SOP Instance UID is refused with a failure reason")

    study = client.search_for_studies(search_filters={"PatientID": "1CT1"})
    check(len(study) == 1, "QIDO-RS matches PatientID")
    check(client.search_for_studies(search_filters={"PatientName": "CompressedSamples*"}) != [], "QIDO-RS wildcard")
    check(client.search_for_studies(limit=1, offset=0) != [], "QIDO-RS limit")
    missing = session.get(f"{root}/studies/1.2.3.4.5.6.7/metadata")
    check(missing.status_code == 404 and missing.json()["code"] == "not_found", "an unknown study is a problem with a code")

    # Whole series as one multipart answer
    ct = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    series = client.retrieve_series(ct.StudyInstanceUID, ct.SeriesInstanceUID)
    check(len(series) == 1, "WADO-RS returns a whole series")

    # Hostile objects: refused one by one, the rest of the request is kept
    good = io.BytesIO()
    mr = pydicom.dcmread(get_testdata_file("MR_small.dcm"))
    mr.save_as(good)
    lying = good.getvalue()[:-200]  # shorter than its own lengths
    parts = [good.getvalue(), lying, b"not dicom at all"]
    boundary = "tk-peer"
    body = b"".join(
        b"--" + boundary.encode() + b"\r\nContent-Type: application/dicom\r\n\r\n" + part + b"\r\n" for part in parts
    ) + b"--" + boundary.encode() + b"--\r\n"
    answer = session.post(
        f"{root}/studies", data=body,
        headers={"Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}', "Accept": "application/dicom+json"},
    )
    check(answer.status_code == 202, f"a mixed STOW request is answered 202 (got {answer.status_code})")
    # Failed SOP Sequence, or Other Failures Sequence for what has no readable UIDs (PS3.18 I.2)
    body = answer.json()
    failed = [item for tag in ("00081198", "0008119A") for item in body.get(tag, {}).get("Value", [])]
    check(len(failed) == 2 and all("00081197" in item for item in failed), "each hostile object has its failure reason")


def phantom(folder):
    files = sorted(folder.rglob("*.dcm"))
    check(len(files) >= 120, f"the demo wrote a phantom of {len(files)} slices")
    out = subprocess.run(["dcmdump", "-q", str(files[len(files) // 2])], capture_output=True, text=True)
    check(out.returncode == 0 and "CTImageStorage" in out.stdout, "DCMTK reads the phantom as CT Image Storage")
    check(out.stderr.strip() == "", f"DCMTK has nothing to say against it {out.stderr[:200]}")
    ds = pydicom.dcmread(files[len(files) // 2])
    hu = apply_rescale(ds.pixel_array, ds)
    check(hu.shape == (512, 512) and ds.BitsAllocated == 16, "512 × 512 × 16 bit")
    check(numpy.min(hu) <= -900 and numpy.max(hu) >= 700, "air and bone are in it (HU)")
    positions = {float(pydicom.dcmread(f, stop_before_pixels=True).ImagePositionPatient[2]) for f in files}
    check(len(positions) == len(files), "each slice has its own position")


main(sys.argv[1])
