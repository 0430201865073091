"""Makes test/golden/pictures: small pictures in each format, and what Pillow reads of them.

    pip install pillow && python test/golden/make_pictures.py

Made with Pillow 12.3.
"""
import base64
import json
from pathlib import Path

from PIL import Image, ImageOps

out = Path(__file__).parent / "pictures"
out.mkdir(exist_ok=True)
W, H = 24, 16
picture = Image.new("RGB", (W, H))
picture.putdata([((x * 10 + y) % 256, (y * 15) % 256, 255 if x < 8 and y < 8 else (x * y) % 90) for y in range(H) for x in range(W)])
expected = {}


def keep(name, mode="RGB"):
    read = ImageOps.exif_transpose(Image.open(out / name)).convert(mode)
    expected[name] = {
        "width": read.width,
        "height": read.height,
        "channels": 1 if mode == "L" else 3,
        "data": base64.b64encode(read.tobytes()).decode(),
    }


def save(name, image=picture, mode="RGB", **options):
    image.save(out / name, **options)
    keep(name, mode)


save("colour.png")
save("colour.jpg", quality=90)
save("progressive.jpg", quality=80, progressive=True)
save("subsampled.jpg", quality=90, subsampling="4:2:0")
save("full.jpg", quality=90, subsampling="4:4:4")
save("grey.jpg", picture.convert("L"), mode="L")
save("lossy.webp", quality=80)
save("lossless.webp", lossless=True)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(f"orientation{orientation}.jpg", quality=90, exif=exif)
(out / "mislabelled.png").write_bytes((out / "colour.jpg").read_bytes())
keep("mislabelled.png")

# What can't be read.
picture.convert("CMYK").save(out / "cmyk.jpg")
picture.save(out / "animated.webp", save_all=True, append_images=[picture.rotate(180)])
(out / "expected.json").write_text(json.dumps(expected))
