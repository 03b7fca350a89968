package rooms

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

// The samples' network.
const (
	sampleArch    = "narrow_resnet18_4"
	sampleClasses = 20
)

// samples are the changes that make sample files of a network's state dict: each returns the key in the file, "" for none.
var samples = map[string]func(key string) string{
	"plain":    func(key string) string { return key },
	"module":   func(key string) string { return "module." + key }, // DataParallel's
	"renamed":  func(key string) string { return strings.Replace(key, "layer1.0.conv1.", "layer1.0.conv_1.", 1) },
	"backbone": dropHead,
}

func dropHead(key string) string {
	if strings.HasPrefix(key, "fc.") {
		return ""
	}
	return key
}

// WeightFileArguments of the computation "weightfile", which opens the request's file, or a sample that is made on the spot.
type WeightFileArguments struct {
	Sample string `json:"sample,omitempty"` // one of samples
}

// WeightFileAnswer says what the library found in the file.
type WeightFileAnswer struct {
	Name         string   `json:"name"`
	Format       string   `json:"format"`
	Architecture string   `json:"architecture"` // "ResNet-50"; "" where keys and shapes do not tell
	Tensors      int      `json:"tensors"`
	Classes      int      `json:"classes"` // of its head, 0 for none
	Notes        []string `json:"notes"`
}

// openWeightFile opens a weight file for the room "weights". On an error the file that was open stays.
func openWeightFile(c *call, a WeightFileArguments) (answer WeightFileAnswer, err error) {
	var file *weights.File
	switch {
	case a.Sample != "":
		file, err = sample(a.Sample)
	case len(c.Files) != 1:
		err = fmt.Errorf("opening weights: there are %d files, choose one", len(c.Files))
	default:
		file, err = weights.ReadBytes(c.Files[0].Name, c.Files[0].Content)
	}
	if err != nil {
		return answer, err
	}
	c.session.file = file
	answer = WeightFileAnswer{Name: file.Name, Format: file.Format, Architecture: file.Architecture(), Tensors: file.StateDict.Len(), Notes: file.Notes()}
	if answer.Classes = file.AddedClasses(); answer.Classes == 0 {
		answer.Classes, _ = file.HeadClasses() // an error means that there is no network; the comparison says so
	}
	return answer, nil
}

// sample makes a file of random weights with changed keys.
func sample(name string) (*weights.File, error) {
	rename := samples[name]
	if rename == nil {
		return nil, fmt.Errorf("there is no sample %q, only %s", name, strings.Join(slices.Sorted(maps.Keys(samples)), ", "))
	}
	net, err := models.New(model.NewStore(), sampleArch, sampleClasses, nn.Seed(1))
	if err != nil {
		return nil, err
	}
	sd, err := net.StateDict()
	if err != nil {
		return nil, err
	}
	changed := weights.NewStateDict()
	for key, tensor := range sd.All() {
		if key = rename(key); key != "" {
			changed.Set(key, tensor)
		}
	}
	var b bytes.Buffer
	if err := weights.EncodeSafetensors(&b, changed, map[string]string{"arch": sampleArch}); err != nil {
		return nil, err
	}
	return weights.ReadBytes(name+".safetensors", b.Bytes())
}
