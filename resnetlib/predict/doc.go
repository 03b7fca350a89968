// Package predict classifies pictures with a trained network: decoded pictures, files, or a whole folder.
//
// A [Predictor] joins a network, its class names and its preprocessing. From the smallest piece to the largest:
//
//   - [Forward] runs a network, or a part of one, on batches of one size;
//   - [Predictor.Pictures] classifies decoded pictures, [Predictor.Files] picture files, one [Result] per file in order;
//   - [Writer] writes results as text, CSV, JSON or JSON lines, one by one;
//   - [Folder] predicts a folder into a file, resumes a stopped run, and can be one of several shards;
//   - [Merge] joins the files of all shards and proves that no picture is missing or duplicate.
//
// An [Extractor] computes the features of pictures, the input of the network's fc layer, and [WriteFeatures] writes those of a folder. A [Forward],
// Predictor or Extractor holds compiled graphs: call its Finalize when it is no longer needed.
//
// # Errors
//
// A picture that cannot be read, or for which the network computes NaN or an infinity ([ErrNotFinite]), does not end the work: its error is in Err
// of its [Result] or [Features]. An error that is not about one picture ends the work: of the network, the context, or a disk or machine that fails
// (see [datasets.IsSystemError]).
//
// # Names
//
// Pictures are named relative to their folder, with slashes. File names may be any bytes on Unix; CSV and JSON are UTF-8. A byte that is not
// UTF-8 is written as \xe9 there. Where two names would be written as the same text, [Folder] refuses the folder before the work.
//
// The package does not write to stdout or stderr; it reports progress by callbacks.
package predict
