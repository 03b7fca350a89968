package main

import (
	"fmt"

	"resnetlab/kernels"
)

type kernelCommands struct {
	Install   kernelInstall   `cmd:"" help:"Install the kernel: into the checkout's .venv, below --prefix, or with --user for this user's own Jupyter."`
	Doctor    kernelDoctor    `cmd:"" help:"Whether the kernel can start and build a cell."`
	Uninstall kernelUninstall `cmd:"" help:"Remove the kernel."`
}

// kernelPlace is where the kernel goes.
type kernelPlace struct {
	Prefix string `help:"A Python environment." placeholder:"DIR"`
	User   bool   `help:"This user's own Jupyter folder."`
}

func (k kernelPlace) dir() (string, error) {
	dir, err := kernels.Dir(k.Prefix, k.User)
	return dir, usage(err)
}

type kernelInstall struct{ kernelPlace }

func (k *kernelInstall) Run() error {
	root, err := kernels.Root()
	if err != nil {
		return badInput(err)
	}
	dir, err := k.dir()
	if err != nil {
		return err
	}
	if err := kernels.Install(dir, root); err != nil {
		return err
	}
	_, err = fmt.Println(dir)
	return err
}

type kernelDoctor struct {
	kernelPlace
	JSON bool `name:"json" help:"As JSON."`
}

func (k *kernelDoctor) Run() error {
	dir, err := k.dir()
	if err != nil {
		return err
	}
	checks := kernels.Doctor(dir)
	if k.JSON {
		return printJSON(struct {
			Schema int             `json:"schema"`
			Checks []kernels.Check `json:"checks"`
		}{1, checks})
	}
	for _, check := range checks {
		if err := printCheck(check.OK, check.Name, check.Found, check.Do); err != nil {
			return err
		}
	}
	return nil
}

type kernelUninstall struct{ kernelPlace }

func (k *kernelUninstall) Run() error {
	dir, err := k.dir()
	if err != nil {
		return err
	}
	return kernels.Uninstall(dir)
}
