package predict_test

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// drawn is a folder of two drawings and a file that is no picture.
func drawn() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "pictures-"); err != nil {
		return "", err
	}
	data := sketch.New("test", sketch.Config{Size: 32, Test: 2})
	for i := range data.Len() {
		s, err := data.Sample(i)
		if err != nil {
			return dir, err
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%d.png", i)))
		if err != nil {
			return dir, err
		}
		if err := errors.Join(png.Encode(f, s.Image.Image()), f.Close()); err != nil {
			return dir, err
		}
	}
	return dir, os.WriteFile(filepath.Join(dir, "cut-off.png"), nil, 0o666)
}

// random is a predictor with a network that has learnt nothing.
func random() (*predict.Predictor, error) {
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		return nil, err
	}
	net, err := models.New(model.NewStore(), "resnet18", len(sketch.Classes), nn.Seed(1))
	if err != nil {
		return nil, err
	}
	return predict.New(b, &network.Network{ResNet: net, Classes: sketch.Classes, Preset: transforms.EvalPreset(32)})
}

func ExamplePredictor_Files() {
	dir, err := drawn()
	defer os.RemoveAll(dir)
	if err != nil {
		log.Panic(err)
	}
	p, err := random()
	if err != nil {
		log.Panic(err)
	}
	defer p.Finalize()
	names := []string{"0.png", "1.png", "cut-off.png"}
	for r, err := range p.Files(context.Background(), dir, names, 2) {
		switch {
		case err != nil: // the network, the context or the disk
			log.Panic(err)
		case r.Err != nil: // this picture
			fmt.Println(r.File, "was not read")
		default:
			fmt.Println(r.File, "has", len(r.Probs), "probabilities")
		}
	}
	// Output:
	// 0.png has 5 probabilities
	// 1.png has 5 probabilities
	// cut-off.png was not read
}

func ExampleFolder() {
	dir, err := drawn()
	defer os.RemoveAll(dir)
	if err != nil {
		log.Panic(err)
	}
	p, err := random()
	if err != nil {
		log.Panic(err)
	}
	defer p.Finalize()
	out := filepath.Join(dir, "predictions.csv")
	s, err := predict.Folder(context.Background(), p, predict.Job{Dir: dir, Out: out})
	if err != nil {
		log.Panic(err)
	}
	table, err := os.ReadFile(out)
	if err != nil {
		log.Panic(err)
	}
	fmt.Println(s.Files, "pictures,", s.Unreadable, "of them unreadable;", strings.Count(string(table), "\n"), "lines")
	// Output: 3 pictures, 1 of them unreadable; 4 lines
}

func ExampleSoftmax() {
	fmt.Printf("%.3f\n", predict.Softmax([]float32{2, 1, 0}))
	fmt.Printf("%.3f\n", predict.Softmax([]float32{1002, 1001, 1000})) // nothing overflows
	// Output:
	// [0.665 0.245 0.090]
	// [0.665 0.245 0.090]
}

func ExampleLogSumExp() {
	logits, label := []float32{2, 1, 0}, 1
	fmt.Printf("cross-entropy %.4f\n", predict.LogSumExp(logits)-float64(logits[label]))
	// Output: cross-entropy 1.4076
}

func ExampleResult_Top() {
	classes := []string{"daisy", "dandelion", "rose"}
	for _, i := range predict.NewResult([]float32{0.5, -1, 2}).Top(2) {
		fmt.Println(classes[i])
	}
	// Output:
	// rose
	// daisy
}

func ExampleWriter() {
	r := predict.NewResult([]float32{1, 0})
	r.File = "a.png"
	unread := predict.Result{File: "b.png", Err: errors.New("the file is empty")}
	for _, format := range predict.Formats {
		w, err := predict.NewWriter(os.Stdout, predict.Layout{Format: format, Classes: []string{"daisy", "rose"}})
		if err != nil {
			log.Panic(err)
		}
		if err := errors.Join(w.Write(r), w.Write(unread), w.Close()); err != nil {
			log.Panic(err)
		}
	}
	// Output:
	// a.png: daisy 0.7311
	//   class: daisy        prob: 0.7311
	//   class: rose         prob: 0.2689
	// b.png: error: the file is empty
	// file,label,index,prob,prob_daisy,prob_rose,error
	// a.png,daisy,0,0.731058579,0.731058579,0.268941421,
	// b.png,,,,,,the file is empty
	// {"schema": 1, "predictions": [
	//   {"file": "a.png", "label": "daisy", "index": 0, "prob": 0.731058579, "probs": {"daisy": 0.731058579, "rose": 0.268941421}},
	//   {"file": "b.png", "error": "the file is empty"}
	// ]}
	// {"file": "a.png", "label": "daisy", "index": 0, "prob": 0.731058579, "probs": {"daisy": 0.731058579, "rose": 0.268941421}}
	// {"file": "b.png", "error": "the file is empty"}
}

func ExampleMerge() {
	dir, err := drawn()
	defer os.RemoveAll(dir)
	if err != nil {
		log.Panic(err)
	}
	p, err := random()
	if err != nil {
		log.Panic(err)
	}
	defer p.Finalize()
	var paths []string
	for index := range 2 { // each may run on a machine of its own
		out := filepath.Join(dir, fmt.Sprintf("%d.jsonl", index))
		job := predict.Job{Dir: dir, Out: out, Shard: index, NumShards: 2, Digest: "of the network"}
		if _, err := predict.Folder(context.Background(), p, job); err != nil {
			log.Panic(err)
		}
		paths = append(paths, out)
	}
	var merged strings.Builder
	m, err := predict.Merge(&merged, "csv", paths)
	fmt.Println(m.Files, "pictures,", m.Unreadable, "unreadable, error:", err)
	fmt.Println(strings.Count(merged.String(), "\n"), "lines")
	_, err = predict.Merge(&strings.Builder{}, "csv", paths[:1])
	fmt.Println(err)
	// Output:
	// 3 pictures, 1 unreadable, error: <nil>
	// 4 lines
	// merging: 1 of 2 shards are missing: [1]
}
