// Package transforms turns picture files into the numbers that a network sees, bit for bit as torchvision does on top of
// Pillow 13: decoding to RGB, antialiased resizing, crops, flips, colour jitter and normalisation.
//
// A [Preset] holds the preprocessing that belongs to a set of weights. Its methods do the usual chain: Decode or
// DecodeFile, then Eval (the middle of the picture) or Train (a random crop), then Tensor (float32, normalised). The
// functions Resize, CenterCrop, HFlip, AdjustHue and so on are the single steps; [ParseOps] reads a list of them from text.
//
// The package works on 8-bit RGB rows and knows nothing of graphs or datasets. Sizes are given as height, width, as in
// torchvision; a picture's own fields are Width and Height, as in Go's image package.
//
// # Pictures that are read
//
// [Decode] goes by the first bytes of a file, not by the ending of its name, and returns the pixels of Pillow's
// Image.open(f).convert("RGB"). Of an animation it returns the first frame. Alpha and transparency are dropped, not blended.
//
//   - JPEG: baseline and progressive, grey, colour, CMYK and YCCK. See package jpeg.
//   - PNG: all colour types and depths, interlaced too, animated ones (APNG); also with data behind the last row and with
//     chunks that do not belong there.
//   - GIF: 87a and 89a.
//   - WebP: lossy, lossless and animated.
//   - BMP: 1 to 32 bits a pixel, RLE4 and RLE8, bit masks, headers of Windows and OS/2.
//   - TIFF and BigTIFF: grey and palettes of 1 to 8 bits, grey, RGB and CMYK of 8 and 16 bits, with extra samples; strips and tiles, pixels
//     or planes; plain, LZW, deflate, PackBits, fax of groups 3 and 4, and JPEG.
//   - PPM, PGM and PBM, as text and as bytes.
//
// # Pictures that are refused
//
// An error is one line that names the kind of file and says what to do; nothing of the file is quoted. Refused are, with the
// advice to save the picture as RGB PNG:
//
//   - AVIF, HEIC, JPEG 2000, JPEG XL, SVG, PDF, PSD, ICO and other formats that are no format of ours;
//   - JPEG with arithmetic coding, 12 bits or lossless;
//   - TIFF of floating-point, signed or 32-bit numbers, Lab, YCbCr without JPEG, or compressed by Zstandard, LZMA, WebP or old JPEG;
//   - BMP that hold a JPEG or a PNG.
//
// Files that are no picture (a web page, a Git LFS pointer, an archive, an empty file) are named too. Damaged files are
// refused with the advice to copy them again, and so are headers that promise more pixels than the file can hold or
// than [MaxPixels]: both before memory is taken for the pixels.
//
// Where Pillow itself is wrong, this package reads what the file means: a TIFF of 16-bit planes without compression.
package transforms
