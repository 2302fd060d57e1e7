"""What pydicom makes of its own test files: 8-bit levels, 0 being black, as src/shared/data/pictures/decoders/dicom.

Writes NAME.json and NAME.raw for each frame's picture into the folder that is named. Needs pydicom, numpy and
Pillow; imagecodecs, where it is there, decodes what pydicom has no decoder for.
"""
import json
import os
import sys
import warnings

import numpy as np
import pydicom
from pydicom.encaps import generate_frames
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, convert_color_space

try:
    import imagecodecs
except ImportError:
    imagecodecs = None

warnings.simplefilter("ignore")
OTHERS = {
    "1.2.840.10008.1.2.4.51": "jpeg12",
    "1.2.840.10008.1.2.4.57": "ljpeg",
    "1.2.840.10008.1.2.4.70": "ljpeg",
    "1.2.840.10008.1.2.4.80": "jpegls",
    "1.2.840.10008.1.2.4.81": "jpegls",
    "1.2.840.10008.1.2.4.90": "jpeg2k",
    "1.2.840.10008.1.2.4.91": "jpeg2k",
}


def pixels(ds):
    """Frames of stored values, colours as RGB where the file says YCbCr."""
    try:
        a = ds.pixel_array
        by = "pydicom"
    except Exception as error:
        codec = OTHERS.get(ds.file_meta.TransferSyntaxUID)
        if codec is None or imagecodecs is None:
            raise error
        n = int(ds.get("NumberOfFrames", 1) or 1)
        frames = list(generate_frames(ds.PixelData, number_of_frames=n))
        decode = imagecodecs.jpeg8_decode if codec == "jpeg12" else getattr(imagecodecs, codec + "_decode")
        a = np.stack([decode(f) for f in frames])
        a = a if n > 1 else a[0]
        by = "imagecodecs"
    return a, by


def levels(ds):
    a, by = pixels(ds)
    n = int(ds.get("NumberOfFrames", 1) or 1)
    frames = a if n > 1 else a[None]
    out = []
    for frame in frames:
        if ds.PhotometricInterpretation == "PALETTE COLOR":
            rgb = apply_color_lut(frame, ds)
            out.append((rgb >> 8 if rgb.dtype == np.uint16 else rgb).astype(np.uint8))
        elif ds.SamplesPerPixel == 3:
            out.append(np.round(255.0 * frame / (2**ds.BitsStored - 1)).astype(np.uint8))
        else:
            out.append(grey(frame, ds))
    return out, by


def grey(frame, ds):
    values = apply_modality_lut(frame, ds).astype(np.float64)
    if "VOILUTSequence" in ds and ds.VOILUTSequence:
        shown = apply_voi_lut(frame, ds).astype(np.float64)
        low, high = 0, 2 ** ds.VOILUTSequence[0].LUTDescriptor[2] - 1
    elif ds.get("WindowCenter") not in (None, "") and ds.get("WindowWidth") not in (None, ""):
        shown, low, high = windowed(values, ds)
    elif ds.BitsStored <= 8:
        shown, (low, high) = values, (0, 2**ds.BitsStored - 1)
    else:
        shown, low, high = values, values.min(), values.max()
    y = np.zeros(shown.shape) if high <= low else (shown - low) / (high - low)
    y = np.floor(255 * np.clip(y, 0, 1) + 0.5).astype(np.uint8)
    return 255 - y if ds.PhotometricInterpretation == "MONOCHROME1" else y


def windowed(values, ds):
    """pydicom's window gives the range of the modality's values: it is asked with them, and asked for its ends."""
    c, w = ds.WindowCenter, ds.WindowWidth
    c = float(c[0] if isinstance(c, pydicom.multival.MultiValue) else c)
    w = float(w[0] if isinstance(w, pydicom.multival.MultiValue) else w)
    ends = apply_voi_lut(np.array([c - 10 * abs(w) - 1e6, c + 10 * abs(w) + 1e6]), ds, prefer_lut=False)
    return apply_voi_lut(values, ds, prefer_lut=False), ends[0], ends[1]


def main(to):
    root = os.path.join(os.path.dirname(pydicom.__file__), "data", "test_files")
    index = []
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            path = os.path.join(folder, name)
            entry = {"path": path, "name": os.path.relpath(path, root)}
            try:
                ds = pydicom.dcmread(path)
                entry["has"] = "PixelData" in ds
                if entry["has"]:
                    frames, entry["by"] = levels(ds)
                    entry["shape"] = list(frames[0].shape)
                    entry["frames"] = len(frames)
                    entry["raw"] = f"{len(index)}.raw"
                    with open(os.path.join(to, entry["raw"]), "wb") as file:
                        for frame in frames:
                            file.write(frame.tobytes())
            except Exception as error:  # what pydicom refuses is compared too
                entry["error"] = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            index.append(entry)
    with open(os.path.join(to, "index.json"), "w") as file:
        json.dump(index, file)


if __name__ == "__main__":
    main(sys.argv[1])
