package rooms

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

// maxSide is the largest side in pixels of a network's input: what an old phone computes.
const maxSide = 512

// NetworkArguments say what the computation "network" opens.
//
// Kind "course" is the network of the site, and the request's files are the run.json and best.safetensors of its folder. Kind "own" is the reader's
// weight file, the only one of the request; the other fields belong to it.
type NetworkArguments struct {
	Kind    string   `json:"kind"`
	Arch    string   `json:"arch,omitempty"`    // one of models.Names; "": as the file's keys and shapes say
	Classes []string `json:"classes,omitempty"` // without them: ImageNet's for 1000 classes, and else the numbers of the classes
	Side    int      `json:"side,omitempty"`    // pixels; 0: 224
}

// NetworkAnswer describes the network that is open.
type NetworkAnswer struct {
	Arch    string   `json:"arch"`
	Classes []string `json:"classes"`
	Side    int      `json:"side"`  // pixels of its input
	Notes   []string `json:"notes"` // what was done to find the network in the file
}

// openNetwork opens the network that the rooms look into. On an error the network that was open stays.
func openNetwork(c *call, a NetworkArguments) (answer NetworkAnswer, err error) {
	open := map[string]func(NetworkArguments) (*network.Network, []string, error){"course": c.openCourse, "own": c.openOwn}[a.Kind]
	if open == nil {
		return answer, fmt.Errorf("opening a network: kind %q is neither course nor own", a.Kind)
	}
	net, notes, err := open(a)
	if err != nil {
		return answer, err
	}
	e, err := explain.New(c.session.backend, net)
	if err != nil {
		return answer, err
	}
	if c.session.explainer != nil {
		c.session.explainer.Finalize()
	}
	c.session.network, c.session.explainer = net, e
	return NetworkAnswer{net.Arch, net.Classes, net.Preset.Crop, notes}, nil
}

// openCourse opens the network of the site.
func (c *call) openCourse(NetworkArguments) (*network.Network, []string, error) {
	description, err := c.file("run.json")
	if err != nil {
		return nil, nil, err
	}
	content, err := c.file("best.safetensors")
	if err != nil {
		return nil, nil, err
	}
	run, err := runs.OpenBytes("network", description)
	if err != nil {
		return nil, nil, err
	}
	file, err := weights.ReadBytes("network/best.safetensors", content)
	if err != nil {
		return nil, nil, err
	}
	net, err := network.OpenFile(file, runs.SourceOf(run))
	return net, file.Notes(), err
}

// openOwn opens the reader's weight file.
func (c *call) openOwn(a NetworkArguments) (*network.Network, []string, error) {
	if len(c.Files) != 1 || a.Side < 0 || a.Side > maxSide {
		return nil, nil, fmt.Errorf("opening a network: %d files at side %d: give one weight file, and a side of at most %d pixels", len(c.Files), a.Side, maxSide)
	}
	file, err := weights.ReadBytes(c.Files[0].Name, c.Files[0].Content)
	if err != nil {
		return nil, nil, err
	}
	if a.Classes == nil {
		if a.Classes, err = numbered(file); err != nil {
			return nil, nil, err
		}
	}
	if a.Arch == "" {
		a.Arch = archOf(file)
	}
	net, err := network.OpenFile(file, runs.Source{Path: file.Name}, network.Arch(a.Arch), network.Classes(a.Classes...), network.ImageSize(a.Side))
	return net, file.Notes(), err
}

// file returns the content of one of the request's files.
func (c *call) file(name string) ([]byte, error) {
	for _, f := range c.Files {
		if f.Name == name {
			return f.Content, nil
		}
	}
	return nil, fmt.Errorf("opening a network: the request has no file %s", name)
}

// numbered names the classes of a file that does not name them.
func numbered(file *weights.File) ([]string, error) {
	n := file.AddedClasses()
	if n == 0 {
		var err error
		if n, err = file.HeadClasses(); err != nil {
			return nil, err
		}
	}
	imageNet := weights.ImageNetClasses()
	if n == len(imageNet) {
		return imageNet, nil
	}
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names, nil
}

// archOf returns the name in models.Names of the network in a file: what a run of this library has noted in it, or what its keys and shapes say, such
// as "wide_resnet50_2" for "Wide ResNet-50-2".
func archOf(file *weights.File) string {
	if arch := file.Metadata["arch"]; arch != "" {
		return arch
	}
	return strings.NewReplacer("net-", "net", "xt-", "xt", " ", "_", "-", "_").Replace(strings.ToLower(file.Architecture()))
}

// errNoNetwork is the error of a room that looks into a network before one is open.
var errNoNetwork = errors.New("no network is open: open the site's or your own first")

// network returns the network that the rooms look into.
func (c *call) network() (*network.Network, error) {
	if c.session.network == nil {
		return nil, errNoNetwork
	}
	return c.session.network, nil
}

// explainer returns the explainer of that network, which keeps its compiled graphs from call to call.
func (c *call) explainer() (*explain.Explainer, error) {
	if c.session.explainer == nil {
		return nil, errNoNetwork
	}
	return c.session.explainer, nil
}
