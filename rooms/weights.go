package rooms

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

// maxClasses is the largest number of classes that the reader's network can have.
const maxClasses = 1000

// WeightsArguments say how the open file is loaded, and into which network.
type WeightsArguments struct {
	Arch     string `json:"arch"`    // one of models.Names; "": the file's
	Classes  int    `json:"classes"` // of the network that the reader wants
	Way      string `json:"way"`     // one of ways
	AsStored bool   `json:"stored"`  // the keys are taken as they lie in the file: no prefix is stripped
}

// way is a way of loading a file into a network of the reader's classes.
type way struct {
	fileClasses bool // the network is made with the file's classes; then fc is replaced
	options     []weights.Option
}

// ways of loading. "first" and "second" are the two that end in a network with the reader's classes.
var ways = map[string]way{
	"strict":    {},
	"nonstrict": {options: []weights.Option{weights.NonStrict()}},
	"first":     {fileClasses: true},
	"second":    {options: []weights.Option{weights.WithoutHead()}},
}

// WeightsAnswer is the load report, key by key.
type WeightsAnswer struct {
	Arch    string          `json:"arch"`
	Classes int             `json:"classes"` // that the network was made with
	Rows    []Row           `json:"rows"`    // the network's keys in its order, then the file's other keys
	Report  *weights.Report `json:"report"`
	Refused string          `json:"refused,omitempty"` // the library's line, where nothing was loaded
}

// Row compares a key of the file with the same key of the network.
type Row struct {
	Key     string `json:"key"`
	File    []int  `json:"file"`    // shape; null where the file lacks the key
	Network []int  `json:"network"` // shape; null where the network lacks it
	Status  string `json:"status"`  // "loaded", "missing", "unexpected", "shape", "left out", "replaced", or "same" where nothing was loaded
}

// blueprint is a network that can be compared with a file: it has keys and shapes, and drops what is loaded.
type blueprint []weights.Spec

func (b blueprint) Spec() []weights.Spec                  { return b }
func (blueprint) SetTensor(string, *weights.Tensor) error { return nil }

// compareWeights loads the open file into a network, and reports. That the file does not fit is an answer, not an error.
func compareWeights(c *call, a WeightsArguments) (answer WeightsAnswer, err error) {
	file := c.session.file
	w, known := ways[a.Way]
	switch {
	case file == nil:
		return answer, errors.New("no weight file is open: choose one")
	case !known:
		return answer, fmt.Errorf("there is no way %q of loading, only strict, nonstrict, first and second", a.Way)
	case a.Classes < 1 || a.Classes > maxClasses:
		return answer, fmt.Errorf("a network of %d classes: there must be 1 to %d", a.Classes, maxClasses)
	}
	net, err := a.network(file, w, &answer)
	if err != nil {
		return WeightsAnswer{}, err
	}
	given := file.StateDict
	if a.AsStored {
		given = file.AsStored()
	}
	var refused *weights.LoadError
	answer.Report, err = weights.LoadStateDict(given, net, w.options...)
	if err != nil && !errors.As(err, &refused) {
		return WeightsAnswer{}, err
	}
	if refused != nil {
		answer.Refused = refused.Error()
	}
	answer.Rows = rows(given, net, answer.Report, refused == nil)
	if w.fileClasses && refused == nil {
		replaceHead(answer.Rows, a.Classes)
	}
	return answer, nil
}

// network makes the network's keys and shapes, and puts its name and classes into the answer.
func (a WeightsArguments) network(file *weights.File, w way, answer *WeightsAnswer) (blueprint, error) {
	classes, err := file.HeadClasses()
	if err != nil {
		return nil, err
	}
	answer.Arch, answer.Classes = a.Arch, a.Classes
	if w.fileClasses && classes > 0 {
		answer.Classes = classes
	}
	if answer.Arch == "" {
		answer.Arch = archOf(file)
	}
	if answer.Arch == "" {
		return nil, fmt.Errorf("%s does not tell which network it is of: choose one", file.Name)
	}
	net, err := models.New(model.NewStore(), answer.Arch, answer.Classes, nn.SkipInit())
	if err != nil {
		return nil, err
	}
	return net.Spec(), nil
}

// rows lists the keys of both sides.
func rows(file *weights.StateDict, net blueprint, report *weights.Report, loaded bool) (all []Row) {
	status := statuses(report)
	for _, spec := range net {
		r := Row{Key: spec.Key, Network: spec.Shape, Status: status[spec.Key]}
		if tensor, ok := file.Get(spec.Key); ok {
			r.File = tensor.Shape
		}
		if r.Status == "" {
			r.Status = "loaded"
			if !loaded {
				r.Status = "same"
			}
			if r.File == nil {
				r.Status = "missing" // a counter of a batch norm, which may be absent
			}
		}
		all = append(all, r)
	}
	for key, tensor := range file.All() {
		if s := status[key]; !slices.ContainsFunc(net, func(spec weights.Spec) bool { return spec.Key == key }) {
			all = append(all, Row{Key: key, File: tensor.Shape, Status: s})
		}
	}
	return all
}

// statuses names what the report says of each key.
func statuses(report *weights.Report) map[string]string {
	status := map[string]string{}
	for name, keys := range map[string][]string{"missing": report.MissingKeys, "unexpected": report.UnexpectedKeys} {
		for _, key := range keys {
			status[key] = name
		}
	}
	for _, key := range report.LeftOut { // the network's head is also among the missing
		status[key] = "left out"
	}
	for _, m := range report.Mismatched {
		status[m.Key] = "shape"
	}
	return status
}

// replaceHead shows the new fc, with random weights, in place of the loaded one.
func replaceHead(all []Row, classes int) {
	for i, r := range all {
		if strings.HasPrefix(r.Key, "fc.") && len(r.Network) > 0 {
			all[i].Network = append([]int{classes}, r.Network[1:]...)
			all[i].Status = "replaced"
		}
	}
}
