const x: string = process.version; console.log(x);
